package flannel

import (
	"fmt"
	"os/exec"
)

// ensureRules keeps the chains' content in order, and the jumps at the end of POSTROUTING and FORWARD: a host's own REJECT before them wins.
func ensureRules(network, subnet string) error {
	chains := map[string][]Rule{}
	for _, rule := range Rules(network, subnet) {
		chains[rule.Table+" "+rule.Chain] = append(chains[rule.Table+" "+rule.Chain], rule)
	}
	for _, rules := range chains {
		whole := true
		for _, rule := range rules {
			if iptables(rule.Table, append([]string{"-C", rule.Chain}, rule.Spec...)...) != nil {
				whole = false
				break
			}
		}
		if whole {
			continue
		}
		table, chain := rules[0].Table, rules[0].Chain
		if iptables(table, "-F", chain) != nil {
			if err := iptables(table, "-N", chain); err != nil {
				return err
			}
		}
		for _, rule := range rules {
			if err := iptables(table, append([]string{"-A", chain}, rule.Spec...)...); err != nil {
				return err
			}
		}
	}
	for _, jump := range []Rule{
		{"nat", "POSTROUTING", []string{"-m", "comment", "--comment", "flanneld masq", "-j", "FLANNEL-POSTRTG"}},
		{"filter", "FORWARD", []string{"-m", "comment", "--comment", "flanneld forward", "-j", "FLANNEL-FWD"}},
	} {
		if iptables(jump.Table, append([]string{"-C", jump.Chain}, jump.Spec...)...) == nil {
			continue
		}
		if err := iptables(jump.Table, append([]string{"-A", jump.Chain}, jump.Spec...)...); err != nil {
			return err
		}
	}
	return nil
}

func iptables(table string, arguments ...string) error {
	output, err := exec.Command("iptables", append([]string{"-w", "5", "-t", table}, arguments...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("iptables -t %s %v: %w: %s", table, arguments, err, output)
	}
	return nil
}
