import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { edited, homeInLab } from '../test/lab/home.ts';

/** Writes the example as its owner would have it in this lab, without apps, and prints where. Runs inside the lab's network. */
const file = await homeInLab('home', join(await mkdtemp(join(tmpdir(), 'farthing-bench-')), 'home'));
await writeFile(file, edited(await readFile(file, 'utf8'), [[['apps'], undefined]]));
process.stdout.write(`${file}\n`);
