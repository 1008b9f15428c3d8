/** What the stand-in calls itself; the suffix is where a real release says `+k3s1`. */
export const version = 'v1.36.3+lab1';

/** Architectures a release can be built for; only amd64 is built so far. */
export type Arch = 'amd64';

/** Images of the packaged components, as the manifests in `supervisor/server/manifests` name them. */
export const componentImages = {
  pause: { name: 'rancher/mirrored-pause', tag: '3.6' },
  coredns: { name: 'rancher/mirrored-coredns-coredns', tag: '1.14.4' },
  localPath: { name: 'rancher/local-path-provisioner', tag: 'v0.0.30' },
  metricsServer: { name: 'rancher/mirrored-metrics-server', tag: 'v0.9.0' },
  busybox: { name: 'rancher/mirrored-library-busybox', tag: '1.37.0' },
} as const;
