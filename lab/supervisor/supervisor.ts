import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labPaths } from '../config.ts';
import { Machine } from '../hosts/machine.ts';
import { hostFolder } from '../hosts/prepare.ts';
import { placeHosts } from '../layouts.ts';
import { MirrorFaults } from '../mirror/faults.ts';
import { type LabService, type LabState, writeLab } from '../state.ts';
import { startAgent } from './agent.ts';
import { serveControl } from './control.ts';
import { startServices } from './services.ts';

/** What the supervisor is started with; everything else it finds in the state folder. */
export interface SupervisorInput {
  readonly layout: string;
  readonly base: string;
  readonly modules: string;
  readonly tools: string;
}

const memInfoEveryMs = 2000;

/** Keeps the hosts and services of one lab running, tells what runs in lab.json, takes orders on a socket. */
export class Supervisor {
  readonly machines: readonly Machine[];
  readonly mirrorFaults = new MirrorFaults();
  private readonly startedAt = new Date().toISOString();
  private services: readonly LabService[] = [];
  private readonly hostKeys = new Map<string, string>();
  private ready = false;
  private failure: string | undefined;
  private writing = Promise.resolve();
  private readonly input: SupervisorInput;

  constructor(input: SupervisorInput) {
    this.input = input;
    this.machines = placeHosts(input.layout).map((host, _, all) => new Machine({ ...input, host, all, onChange: () => this.publish() }));
  }

  /** Starts everything; failures end up in lab.json, where `lab up` looks for them. */
  async start(): Promise<void> {
    for (const { host } of this.machines) {
      const key = await readFile(join(hostFolder(host.name).dir, 'host-key.pub'), 'utf8');
      this.hostKeys.set(host.name, key.trim());
    }
    await serveControl(this);
    this.publish();
    try {
      await startAgent();
      const hosts = this.machines.map(({ host }) => host);
      const { tools } = this.input;
      const started = startServices({ tools, hosts, faults: this.mirrorFaults });
      await Promise.all([started, ...this.machines.map((machine) => machine.start())]);
      this.services = await started;
      this.ready = true;
    } catch (error) {
      this.failure = explain(error);
    }
    this.publish();
    setInterval(() => this.refresh(), memInfoEveryMs);
  }

  /** The machine of this name. Throws when the layout has none. */
  machine(name: string): Machine {
    const found = this.machines.find((machine) => machine.host.name === name);
    if (!found) {
      throw new Error(`no host "${name}"; there are ${this.machines.map((each) => each.host.name).join(', ')}`);
    }
    return found;
  }

  private refresh(): void {
    for (const machine of this.machines.filter((each) => each.status === 'running')) {
      machine.refreshMemInfo().catch((error) => console.error(error));
    }
  }

  private publish(): void {
    // One write after the other: a later state must not be overtaken by an earlier one.
    this.writing = this.writing.then(() => writeLab(this.state())).catch((error) => console.error(error));
  }

  private state(): LabState {
    const { instance, ca, ssh } = labPaths();
    return {
      instance,
      layout: this.input.layout,
      startedAt: this.startedAt,
      supervisor: process.pid,
      ready: this.ready,
      ...(this.failure ? { failure: this.failure } : {}),
      caCert: ca.cert,
      sshKey: ssh.key,
      sshAgent: ssh.agent,
      knownHosts: ssh.knownHosts,
      hosts: this.machines.map(({ host, status, leader, boots }) => ({
        ...host,
        hostKey: this.hostKeys.get(host.name) ?? '',
        status,
        leader,
        boots,
      })),
      services: this.services,
    };
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) {
    return `${error}`;
  }
  return error.cause ? `${error.message}: ${explain(error.cause)}` : error.message;
}
