#!/usr/bin/env node
// Starts the built program. Kept to what any Node understands, so that an old one gets a sentence and not a stack.
import { existsSync } from 'node:fs';

const floor = [20, 19];
const [major, minor] = process.versions.node.split('.').map(Number);
const main = new URL('../dist/main.js', import.meta.url);

if (major < floor[0] || (major === floor[0] && minor < floor[1])) {
  stop(`farthing needs Node ${floor.join('.')} or newer; this is ${process.versions.node}.`);
} else if (!existsSync(main)) {
  stop('farthing is not built yet. Run this where you cloned it:\n\n  npm run build');
} else {
  await import(main.href);
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
