import { install } from '../actions.ts';
import { type Bench, staging } from '../bench.ts';
import type { Check } from '../types.ts';
import { contains, every, same } from '../verdict.ts';

/** Runs the installer with its download on, from the staged files. */
async function downloading(bench: Bench) {
  return install(bench.server.host, {
    env: {
      INSTALL_K3S_SKIP_START: 'true',
      INSTALL_K3S_SKIP_DOWNLOAD: 'selinux',
      INSTALL_K3S_VERSION: bench.options.version,
      GITHUB_URL: `file://${staging}/release`,
    },
  });
}

/** How the installer gets the binary, tried with a file address; the staged binary is in place before and after. */
export const downloadChecks: readonly Check[] = [
  {
    id: 'install.hash-match',
    contract: 'a binary that matches the release list is not downloaded again',
    run: async (bench) => contains((await downloading(bench)).out, 'Skipping binary downloaded, installed k3s matches hash'),
  },
  {
    id: 'install.download',
    contract: 'another binary is replaced by the release, checked and executable',
    run: async (bench) => {
      await bench.server.host.need("rm -f /usr/local/bin/k3s; printf '#!/bin/sh\\n' > /usr/local/bin/k3s; chmod 755 /usr/local/bin/k3s");
      const answer = await downloading(bench);
      const sums = await bench.server.host.need(
        'sha256sum /usr/local/bin/k3s "$1/k3s" | cut -d" " -f1; stat -c "%a %U" /usr/local/bin/k3s',
        {
          args: [staging],
        },
      );
      const [got, wanted, trait] = sums.trim().split('\n');
      return every(same(answer.code, 0), same(got, wanted), same(trait, '755 root'));
    },
  },
  {
    id: 'install.download-mismatch',
    contract: 'a download that does not match the list is fatal and leaves the old binary',
    run: async (bench) => {
      const { host } = bench.server;
      await host.need(
        'cp "$1"/release/download/*/sha256sum-*.txt "$1/sums"; sed -i "s/^......../00000000/" "$1"/release/download/*/sha256sum-*.txt',
        {
          args: [staging],
        },
      );
      const answer = await downloading(bench);
      await host.need('cat "$1/sums" > "$(echo "$1"/release/download/*/sha256sum-*.txt)"; rm "$1/sums"', { args: [staging] });
      const intact = await host.run('cmp /usr/local/bin/k3s "$1/k3s"', { args: [staging] });
      return every(contains(answer.err, 'Download sha256 does not match'), same([answer.code, intact.code], [1, 0]));
    },
  },
];
