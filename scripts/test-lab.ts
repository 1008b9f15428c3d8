import { isInterrupted } from './interruption.ts';
import { runCommand } from './run-command.ts';
import { addCounts, broken, type Counts } from './test-counts.ts';
import { runVitest, type TestPart } from './test-part.ts';

const minutes = 60_000;
const lab = [process.execPath, 'node_modules/tsx/dist/cli.mjs', 'lab/main.ts'];

/**
 * The part that boots machines. Tests of the lab itself (`lab/`) bring up instances of their own;
 * then one lab is booted and all other `e2e` tests run inside its network. `keepLab` leaves it up,
 * and uses the one that is up already, for those who write such tests.
 */
export function labPart({ keepLab }: { readonly keepLab: boolean }): TestPart {
  // A name of its own: a lab that a person has up for trying things is not touched.
  const env = keepLab ? {} : { FARTHING_LAB: 'farthing-test' };
  return { name: 'lab', lab: true, missing: whyNoLab, run: () => runLab(env, keepLab) };
}

function whyNoLab(): string | undefined {
  if (process.platform !== 'linux') return 'the lab needs Linux';
  if (process.getuid?.() !== 0) return 'the lab needs root';
  return undefined;
}

/** The long forms of tests (`--soak`) get more time. */
const patience = (): number => (process.env.FARTHING_SOAK ? 6 : 1);

async function runLab(env: Readonly<Record<string, string>>, keepLab: boolean): Promise<Counts> {
  const own = await runVitest({ project: 'lab', env, timeout: 20 * minutes * patience() });
  if (isInterrupted()) return own;
  try {
    const up = await runCommand([...lab, 'up'], { show: true, env, timeout: 35 * minutes });
    if (isInterrupted()) return own;
    if (up.code !== 0 && !keepLab) return addCounts(own, broken);
    return addCounts(
      own,
      await runVitest({ project: 'e2e', node: [...lab, 'exec', '--', process.execPath], env, timeout: 40 * minutes * patience() }),
    );
  } finally {
    if (!keepLab) await runCommand([...lab, 'down'], { show: true, env, timeout: 5 * minutes });
  }
}
