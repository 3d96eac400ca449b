// What `npm start` runs: the tour, or the command when there are arguments (`npm start -- get http://localhost:8080/`).

await (process.argv.length > 2 ? import('../dist/cjs/cli/main.js') : import('./tour.mjs'));
