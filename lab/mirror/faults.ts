/** Something that goes wrong with a download. */
export interface MirrorFault {
  /** End of the path that it happens to (`k3s`, `install.sh`); everything when absent. */
  readonly path?: string;
  /** Answer with this status and no file. */
  readonly status?: number;
  /** Close the connection after this many bytes, having promised all. */
  readonly truncateAt?: number;
  /** Flip the bits of the byte at this offset; the length stays right. */
  readonly corruptAt?: number;
  readonly bytesPerSecond?: number;
  /** How often it happens before it heals by itself; for ever when absent. */
  readonly times?: number;
}

/** The faults that are set, and their counters. */
export class MirrorFaults {
  private readonly set: { fault: MirrorFault; left: number }[] = [];

  /** Makes something go wrong from now on, beside what is already set. */
  add(fault: MirrorFault): void {
    this.set.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  /** Makes all well again. */
  heal(): void {
    this.set.length = 0;
  }

  /** The fault that this download meets, if any. */
  take(path: string): MirrorFault | undefined {
    const found = this.set.find(({ fault, left }) => left > 0 && (!fault.path || path.endsWith(`/${fault.path}`)));
    if (found) {
      found.left -= 1;
    }
    return found?.fault;
  }
}
