import { type Clock, FarthingError, sha256 } from '../common/index.ts';
import type { RunContext } from '../operation/index.ts';
import type { Shell } from '../ssh/index.ts';
import { editBootRules } from './edit-boot-rules.ts';
import { firewallScript } from './firewall-script.ts';
import { type FirewallPlan, rulesFile } from './plan-firewall.ts';
import { runWork } from './run-work.ts';
import type { HostFacts } from './types.ts';

const unit = `[Unit]
Description=Puts farthing's firewall rules back
After=netfilter-persistent.service iptables.service nftables.service
Before=k3s.service k3s-agent.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /etc/farthing/firewall.sh /etc/farthing/firewall.rules

[Install]
WantedBy=multi-user.target
`;

/** $1 rules.v4|unit, $2 sha256 of the boot file that was looked at, $3 yes when persistence changes, $4 none when no rule is left. */
const script = `
set -eu
put() { # FROM TO: atomically, with the mode and owner of what was there
    temp=$(mktemp "$(dirname "$2")/.farthing.XXXXXXXX")
    cat "$1" > "$temp"
    if [ -e "$2" ]; then chmod --reference="$2" "$temp"; chown --reference="$2" "$temp"; else chmod 0644 "$temp"; fi
    sync "$temp"
    mv -f "$temp" "$2"
}
mkdir -p -m 0700 /etc/farthing
file=/etc/iptables/rules.v4
if [ "$3" = yes ] && [ "$1" = rules.v4 ]; then
    [ "$(sha256sum < $file | cut -c1-64)" = "$2" ] || { echo "$file has changed since it was looked at" >&2; exit 3; }
    iptables-restore --test < "$FILES/boot"
    [ -e /etc/farthing/rules.v4.before ] || cp -p $file /etc/farthing/rules.v4.before
    put "$FILES/boot" $file
elif [ "$3" = yes ]; then
    put "$FILES/firewall.sh" /etc/farthing/firewall.sh
    put "$FILES/rules" /etc/farthing/firewall.rules
    put "$FILES/unit" /etc/systemd/system/farthing-firewall.service
    systemctl daemon-reload
    systemctl enable -q farthing-firewall
fi
sh "$FILES/firewall.sh" "$FILES/rules"
if [ "$4" = none ]; then
    rm -f /etc/farthing/rules.v4.before /etc/farthing/firewall.sh /etc/farthing/firewall.rules
    if [ -e /etc/systemd/system/farthing-firewall.service ]; then
        systemctl disable -q --now farthing-firewall
        rm -f /etc/systemd/system/farthing-firewall.service
        systemctl daemon-reload
    fi
fi
`;

/**
 * Makes a planned change of a host's firewall, then logs in anew to prove that we still can; if
 * not, our rules are taken out again (FAR-HOST-002).
 */
export async function applyFirewall(shell: Shell, clock: Clock, facts: HostFacts, plan: FirewallPlan, context: RunContext): Promise<void> {
  await change(shell, clock, facts, plan, context);
  try {
    await shell.knock({ signal: context.signal });
  } catch (cause) {
    context.signal.throwIfAborted();
    const undo: FirewallPlan = { ...plan, wanted: [], persist: false };
    await change(shell, clock, facts, undo, context);
    throw new FarthingError('FAR-HOST-002', `with the new rules ${shell.machine} could not be logged in to; they were taken out again`, {
      cause,
      hint: `Look at the rules with: farthing ssh ${shell.machine} sudo iptables -S`,
    });
  }
}

async function change(shell: Shell, clock: Clock, facts: HostFacts, plan: FirewallPlan, context: RunContext): Promise<void> {
  const boot = facts.bootRules ?? '';
  await runWork(shell, clock, {
    name: 'farthing: firewall rules',
    script,
    args: [plan.persistence, sha256(boot), plan.persist ? 'yes' : 'no', plan.wanted.length === 0 ? 'none' : 'some'],
    files: {
      boot: plan.persistence === 'rules.v4' ? editBootRules(boot, plan.wanted) : '',
      rules: rulesFile(plan.wanted),
      'firewall.sh': firewallScript,
      unit,
    },
    timeout: 60_000,
    signal: context.signal,
    progress: context.progress,
  });
}
