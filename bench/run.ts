import { parseArgs } from 'node:util';
import { formatVerdict, type Verdict } from './report.ts';
import { benchHelp, benchNoop, benchPlan } from './small.ts';
import { benchUp } from './up.ts';

const usage = `npm run bench:WHAT -- [--file FARTHING_YAML]
  help   farthing --help against node -e 0
  plan   farthing plan against ssh true; hosts must be up
  up     bare hosts to nodes Ready, against the same by hand; boots a lab of its own (root, Linux)
  noop   an up that finds nothing to do; the cluster must be up
Hosts of the lab are reached from inside it: npm run lab -- exec -- npm run bench:plan -- --file .demo/home/farthing.yaml
`;

const benches: Readonly<Record<string, (file: string) => Promise<Verdict>>> = {
  help: benchHelp,
  plan: benchPlan,
  up: () => benchUp(),
  noop: benchNoop,
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { file: { type: 'string', default: 'farthing.yaml' } } });
const bench = benches[positionals[0] ?? ''];
if (!bench) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else process.stdout.write(formatVerdict(await bench(values.file)));
