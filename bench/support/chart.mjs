// The picture of a run: panels of bars, in the order and under the names of the tables. An SVG on a white card, so that it reads the
// same on a light page and on a dark one. What is drawn is chosen by each bench.

import * as echarts from 'echarts';
import { digits } from './measure.mjs';

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

function time(ns) {
  if (ns < 1e3) return `${digits(ns)} ns`;
  return ns < 1e6 ? `${digits(ns / 1e3)} µs` : `${digits(ns / 1e6)} ms`;
}

const colourOf = ({ ours, floor }) => (ours ? OURS : floor ? FLOOR : OTHERS);

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
      data: results.map(({ median, ratio, ours, floor }) => ({
        value: median,
        itemStyle: { color: colourOf({ ours, floor }), borderRadius: [0, 2, 2, 0] },
        label: {
          show: true,
          position: 'right',
          distance: 8,
          formatter: ours ? `{time|${time(median)}}` : `{time|${time(median)}}{ratio|${ratio.toFixed(2)} ×}`,
          rich: { time: text(12, INK, { fontWeight: ours ? 600 : 400 }), ratio: text(12, FAINT, { padding: [0, 0, 0, 10] }) },
        },
      })),
    },
  };
}

/**
 * The chart as a string of SVG: `title` over `subtitle`, the panels, each { title, results }, and `notes` as lines of small print.
 * A result is { name, median (ns), ratio (to ours), ours, floor }.
 */
export function drawChart({ title, subtitle, panels: drawn, notes }) {
  const panels = [];
  let top = HEADER;
  for (const { title: of, results } of drawn) {
    panels.push(panel({ results, title: of, top, index: panels.length }));
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
        text: title,
        left: MARGIN,
        top: 24,
        padding: 0,
        textStyle: text(18, INK, { fontWeight: 600 }),
      },
      {
        text: subtitle,
        left: MARGIN,
        top: 50,
        padding: 0,
        textStyle: text(12, FAINT, { fontWeight: 400 }),
      },
      ...panels.map((one) => one.title),
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
