/**
 * Makes farthing's rules exactly those of a file ($1, lines `table chain spec`, canonical wording):
 * inserts what is missing before the first rule that ends its chain, deletes what is no longer
 * wanted. Never flushes; touches no rule without our comment. It also runs at boot by itself.
 */
export const firewallScript = String.raw`#!/bin/sh
# farthing's firewall rules: see $1. Written by farthing, removed by "farthing down".
set -ef
rules=$1

# The number of the first rule that ends the chain for traffic from anywhere; nothing when there is none.
terminal() { # TABLE CHAIN
    iptables -w 10 -t "$1" -S "$2" | awk '
        /^-A / {
            n++
            if ($0 ~ /--comment "?farthing-/) next
            rest = $0
            gsub(/-m comment --comment ("([^"\\]|\\.)*"|[^ ]+)/, "", rest)
            if (!sub(/-j (REJECT|DROP)( |$)/, " ", rest)) next
            gsub(/--reject-with [^ ]+|-[io] [^ ]+|-p [^ ]+|-m (tcp|udp|state|conntrack)( |$)|--(ctstate|state) [^ ]*NEW[^ ]*/, " ", rest)
            sub(/^-A [^ ]+/, "", rest)
            if (rest ~ /^ *$/) { print n; exit }
        }'
}
place() { # TABLE CHAIN SPEC: the rule's number; nothing when it is absent
    iptables -w 10 -t "$1" -S "$2" | grep '^-A ' | grep -nxF -e "-A $2 $3" | head -n 1 | cut -d: -f1
}

while read -r table chain spec; do
    [ -n "$spec" ] || continue
    end=$(terminal "$table" "$chain")
    at=$(place "$table" "$chain" "$spec")
    if [ -n "$at" ] && { [ -z "$end" ] || [ "$at" -lt "$end" ]; }; then continue; fi
    # shellcheck disable=SC2086 # one word each is wanted; our rules hold no quotes
    if [ -n "$at" ]; then
        iptables -w 10 -t "$table" -D "$chain" $spec
        end=$(terminal "$table" "$chain")
    fi
    # shellcheck disable=SC2086
    if [ -n "$end" ]; then iptables -w 10 -t "$table" -I "$chain" "$end" $spec; else iptables -w 10 -t "$table" -A "$chain" $spec; fi
    echo "+ $table $chain $spec"
done < "$rules"

sweep() { # TABLE CHAIN
    iptables -w 10 -t "$1" -S "$2" | sed -n "s/^-A $2 \(.*--comment farthing-.*\)/\1/p" | while read -r spec; do
        if ! grep -qxF -e "$1 $2 $spec" "$rules"; then
            # shellcheck disable=SC2086
            iptables -w 10 -t "$1" -D "$2" $spec
            echo "- $1 $2 $spec"
        fi
    done
}
sweep filter INPUT
sweep filter FORWARD
sweep mangle FORWARD
`;
