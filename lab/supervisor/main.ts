import { Supervisor } from './supervisor.ts';

// Started by `lab up`, inside the lab's network namespace and cgroup, detached from the terminal.
const [layout = 'free-tier', base = '', modules = '', tools = ''] = process.argv.slice(2);
// A mistake in one service must not take the hosts' keeper away: it is written to the log, and all else goes on.
process.on('uncaughtException', (error) => console.error(error));

const supervisor = new Supervisor({ layout, base, modules, tools });
await supervisor.start();
