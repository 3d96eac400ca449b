// The version that `headlong --version` and the User-Agent field name. A test compares it with package.json, which
// cannot be read at run time from both builds (no import.meta in CommonJS, no __dirname in a module).

export const VERSION = '0.1.0';
