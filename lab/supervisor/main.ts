import { Supervisor } from './supervisor.ts';

// Started by `lab up`, inside the lab's network namespace and cgroup, detached from the terminal.
const [layout = 'free-tier', base = '', modules = '', tools = ''] = process.argv.slice(2);
const supervisor = new Supervisor({ layout, base, modules, tools });
await supervisor.start();
