// Compiles the native peers into a temporary folder, for the processor of this machine. Where a compiler or a library is not
// there, its peer is left out and the reason kept. Debian and its kin have both: node-llhttp, librust-httparse-dev.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LLHTTP = '/usr/share/llhttp';
const LLHTTP_HEADERS = ['/usr/share/include', '/usr/share/include/llhttp'];
const CRATES = '/usr/share/cargo/registry';

const firstLine = (command) => run(command, ['--version']).split('\n')[0];

const sourceOf = (name) => fileURLToPath(new URL(`../native/${name}`, import.meta.url));

function run(command, args, options) {
  try {
    return execFileSync(command, args, { ...options, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    throw new Error(error.code === 'ENOENT' ? `there is no ${command}` : `${command} failed: ${error.stderr}`, { cause: error });
  }
}

const BUILDERS = {
  llhttp(folder) {
    if (!existsSync(`${LLHTTP}/llhttp.c`)) throw new Error(`there is no ${LLHTTP}`);
    const path = join(folder, 'llhttp');
    const sources = [sourceOf('llhttp.c'), ...['llhttp', 'api', 'http'].map((name) => `${LLHTTP}/${name}.c`)];
    // Link-time optimisation takes one call from under each callback, which no embedder should do without.
    run('cc', ['-O3', '-march=native', '-flto', '-w', ...LLHTTP_HEADERS.map((at) => `-I${at}`), ...sources, '-o', path]);
    const header = readFileSync(`${LLHTTP_HEADERS[1]}/llhttp.h`, 'utf8');
    const version = ['MAJOR', 'MINOR', 'PATCH'].map((part) => header.match(new RegExp(`LLHTTP_VERSION_${part} (\\d+)`))[1]).join('.');
    return { path, compiler: firstLine('cc'), label: `llhttp ${version} in C, -march=native -flto` };
  },

  httparse(folder) {
    const crate = existsSync(CRATES) && readdirSync(CRATES).find((name) => name.startsWith('httparse-'));
    if (!crate) throw new Error(`there is no httparse in ${CRATES}`);
    const version = crate.slice('httparse-'.length);
    const project = join(folder, 'httparse-project');
    mkdirSync(project);
    writeFileSync(
      join(project, 'Cargo.toml'),
      `[package]\nname = "peer"\nversion = "0.0.0"\nedition = "2021"\n[[bin]]\nname = "peer"\npath = "${sourceOf('httparse.rs')}"\n` +
        `[dependencies]\nhttparse = { path = "${CRATES}/${crate}" }\n` +
        '[profile.release]\nopt-level = 3\nlto = true\ncodegen-units = 1\npanic = "abort"\n',
    );
    run('cargo', ['build', '--release', '--offline', '--quiet'], {
      cwd: project,
      env: { ...process.env, RUSTFLAGS: '-C target-cpu=native', CARGO_TARGET_DIR: join(project, 'target') },
    });
    return { path: join(project, 'target/release/peer'), compiler: firstLine('rustc'), label: `httparse ${version} in Rust, no framing` };
  },
};

// Passed on to the processes that measure.
const VARIABLE = 'HEADLONG_BENCH_NATIVES';

/** Compiles what can be compiled, for this process and those that it starts; returns which, and the function that removes it all. */
export function buildNatives() {
  const folder = mkdtempSync(join(tmpdir(), 'headlong-bench-'));
  const built = {};
  for (const [name, build] of Object.entries(BUILDERS)) {
    try {
      built[name] = build(folder);
    } catch (error) {
      built[name] = { reason: error.message };
    }
  }
  process.env[VARIABLE] = JSON.stringify(built);
  const compilers = Object.fromEntries(
    Object.values(built).flatMap(({ label, compiler }) => (label === undefined ? [] : [[label, compiler]])),
  );
  return { compilers, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Path, label and compiler of one that was built. */
export function native(name) {
  const { reason, ...built } = JSON.parse(process.env[VARIABLE])[name];
  if (reason !== undefined) throw new Error(reason);
  return built;
}
