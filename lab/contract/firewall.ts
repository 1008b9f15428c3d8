import type { Bench, Subject } from './bench.ts';

/** Word by which the suite finds its rules again; nothing that K3s' clean-up filters on. */
const mark = 'contract-suite';

/** Lets the nodes and their pods talk, in front of whatever the host forbids, and makes sure FORWARD has a REJECT. */
async function open(subject: Subject, peers: readonly string[]): Promise<void> {
  await subject.host.need(
    `mark=$1; shift
     for peer in "$@" 10.42.0.0/16; do iptables -I INPUT 1 -s "$peer" -m comment --comment "$mark" -j ACCEPT; done
     for way in -s -d; do iptables -I FORWARD 1 $way 10.42.0.0/16 -m comment --comment "$mark" -j ACCEPT; done
     iptables -S FORWARD | grep -q -- '-j REJECT' ||
       iptables -A FORWARD -m comment --comment "$mark" -j REJECT --reject-with icmp-host-prohibited`,
    { args: [mark, ...peers] },
  );
}

/** Opens both hosts for each other. */
export async function openFirewalls(bench: Bench): Promise<void> {
  const subjects = [bench.server, ...(bench.agent === undefined ? [] : [bench.agent])];
  for (const subject of subjects) {
    await closeFirewall(subject);
    await open(
      subject,
      subjects.filter((other) => other !== subject).map((other) => other.facts.address),
    );
  }
}

/** Takes the suite's rules out again. */
export async function closeFirewall(subject: Subject): Promise<void> {
  await subject.host.run(
    `iptables -S | grep -w -- "$1" | sed 's/^-A/-D/' | while read -r rule; do
       # shellcheck disable=SC2086 # a rule is many words, none of them with a blank
       iptables $rule
     done`,
    { args: [mark] },
  );
}
