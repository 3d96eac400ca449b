// The picture of a run of the parser bench: one group of bars for each work, all of the same kind of heads, in the order and
// under the names of the tables. An SVG on a white card, so that it reads the same on a light page and on a dark one.

import * as echarts from 'echarts';
import { digits } from './measure.mjs';

/** Which tables are drawn, and what a reader who knows none of them needs to be told. */
const PANELS = [
  { work: 'strings', set: 'cdn-varied', title: 'Every name and value of a response head as strings' },
  { work: 'lookups', set: 'cdn-varied', title: 'Status, Content-Type and Content-Length of a response head' },
  { work: 'tokensInPlace', set: 'cdn-varied', title: 'A response head tokenised where it stands, nothing delivered' },
  { work: 'chunked', set: 'chunks-1k', title: '64 KiB of content in chunks of 1 KiB, copied out' },
];

const WIDTH = 880;
const LEFT = 300;
const RIGHT = 150;
const MARGIN = 28;
const ROW = 22;
const HEADER = 84;
const PANEL_TITLE = 30;
const PANEL_GAP = 18;
const FOOTER = 44;

const INK = '#1f2328';
const FAINT = '#59636e';
const OURS = '#0969da';
const OTHERS = '#b6bfc9';
const FLOOR = '#dfe4ea';
const BORDER = '#d1d9e0';

const text = (fontSize, color, rest) => ({ fontFamily: 'sans-serif', fontSize, color, ...rest });

const time = (ns) => (ns < 1000 ? `${digits(ns)} ns` : `${digits(ns / 1000)} µs`);

const colourOf = (name, n) => (n === 0 ? OURS : name.startsWith('floor') ? FLOOR : OTHERS);

function panel({ results, title, top, index }) {
  const bottom = top + PANEL_TITLE + results.length * ROW;
  const names = results.map(({ name }) => name);
  return {
    bottom,
    title: { text: title, left: MARGIN, top, padding: 0, textStyle: text(14, INK, { fontWeight: 600 }) },
    grid: { left: LEFT, top: top + PANEL_TITLE - 4, width: WIDTH - LEFT - RIGHT, height: results.length * ROW },
    xAxis: { gridIndex: index, type: 'value', show: false, min: 0, max: Math.max(...results.map(({ median }) => median)) },
    yAxis: {
      gridIndex: index,
      type: 'category',
      inverse: true,
      data: names,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: text(12, INK, { interval: 0, margin: 10 }),
    },
    series: {
      type: 'bar',
      silent: true,
      animation: false,
      xAxisIndex: index,
      yAxisIndex: index,
      barWidth: 14,
      data: results.map(({ median, ratio }, n) => ({
        value: median,
        itemStyle: { color: colourOf(names[n], n), borderRadius: [0, 2, 2, 0] },
        label: {
          show: true,
          position: 'right',
          distance: 8,
          formatter: n === 0 ? `{time|${time(median)}}` : `{time|${time(median)}}{ratio|${ratio.toFixed(2)} ×}`,
          rich: { time: text(12, INK, { fontWeight: n === 0 ? 600 : 400 }), ratio: text(12, FAINT, { padding: [0, 0, 0, 10] }) },
        },
      })),
    },
  };
}

/** The chart of the results as a string of SVG; `notes` are the lines of small print. */
export function drawChart({ works }, notes) {
  const panels = [];
  let top = HEADER;
  for (const { work, set, title } of PANELS) {
    const { results } = works.find(({ name }) => name === work).sets.find(({ key }) => key === set);
    panels.push(panel({ results, title, top, index: panels.length }));
    top = panels.at(-1).bottom + PANEL_GAP;
  }
  const height = top + FOOTER;
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  chart.setOption({
    graphic: {
      type: 'rect',
      z: -1,
      silent: true,
      shape: { x: 0.5, y: 0.5, width: WIDTH - 1, height: height - 1, r: 6 },
      style: { fill: '#ffffff', stroke: BORDER },
    },
    title: [
      {
        text: 'What a message costs, by what is asked of it',
        left: MARGIN,
        top: 24,
        padding: 0,
        textStyle: text(18, INK, { fontWeight: 600 }),
      },
      {
        text: 'Time for one; less is better. Behind it: how many times that of Headlong',
        left: MARGIN,
        top: 50,
        padding: 0,
        textStyle: text(12, FAINT, { fontWeight: 400 }),
      },
      ...panels.map(({ title }) => title),
      { text: notes.join('\n'), left: MARGIN, top: top + 2, padding: 0, textStyle: text(10, FAINT, { fontWeight: 400, lineHeight: 14 }) },
    ],
    grid: panels.map(({ grid }) => grid),
    xAxis: panels.map(({ xAxis }) => xAxis),
    yAxis: panels.map(({ yAxis }) => yAxis),
    series: panels.map(({ series }) => series),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
