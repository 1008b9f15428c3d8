/**
 * Where the lab's stand-in is known to differ from real K3s, by check id. Each line must be in lab/k3s/README.md too
 * (a test compares), and is used only when the host under test runs the stand-in.
 */
export const knownDifferences: Readonly<Record<string, string>> = {
  'network.policy-chains': 'kube-router is not a Go module that can be built here: NetworkPolicy objects have no effect',
};

/** The stand-in says so in its version. */
export const isStandIn = (version: string): boolean => /\+lab\d+$/.test(version);
