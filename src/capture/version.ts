// The version that exports name as their creator's. A test compares it with package.json.

export const VERSION = '0.1.0';
