// Package settings reads flags, environment and config.yaml by K3s' rules of precedence:
// command line over files over environment over default.
package settings

import (
	"fmt"
	"os"
	"strings"

	"farthing.lab/k3s/logs"
)

// Settings is what one start was told.
type Settings struct {
	Role Role
	// Arguments is the command word and all arguments, those of the files first: what k3s.io/node-args shows.
	Arguments []string
	values    map[string][]string
}

// Read puts together the settings of `k3s server` or `k3s agent`.
func Read(role Role, arguments []string, environment func(string) (string, bool)) (*Settings, error) {
	line, err := parse(role, arguments)
	if err != nil {
		return nil, err
	}
	path := "/etc/rancher/k3s/config.yaml"
	if value, ok := environment("K3S_CONFIG_FILE"); ok && value != "" {
		path = value
	}
	if value, ok := line["config"]; ok {
		path = value[len(value)-1]
	}
	fromFiles, err := ReadFiles(path)
	if err != nil {
		return nil, err
	}
	if role == ServerOnly {
		// Only a server has a list of the valid flags to strip the others by; an agent passes them on, and dies of them.
		kept := []string{}
		for _, argument := range fromFiles {
			name := strings.TrimLeft(strings.SplitN(argument, "=", 2)[0], "-")
			if _, ok := Find(name, role); !ok {
				logs.Warning("Unknown flag %s found in config.yaml, skipping", strings.SplitN(argument, "=", 2)[0])
				continue
			}
			kept = append(kept, argument)
		}
		fromFiles = kept
	}
	values, err := parse(role, fromFiles)
	if err != nil {
		return nil, err
	}
	for name, value := range line {
		values[name] = value
	}
	for _, flag := range Flags {
		if _, ok := values[flag.Name]; ok || flag.Role&role == 0 || flag.Env == "" {
			continue
		}
		if value, ok := environment(flag.Env); ok && value != "" {
			values[flag.Name] = []string{value}
		}
	}
	word := "server"
	if role == AgentOnly {
		word = "agent"
	}
	return &Settings{Role: role, values: values, Arguments: append(append([]string{word}, fromFiles...), arguments...)}, nil
}

func parse(role Role, arguments []string) (map[string][]string, error) {
	values := map[string][]string{}
	for index := 0; index < len(arguments); index++ {
		argument := arguments[index]
		if argument == "--" || !strings.HasPrefix(argument, "-") {
			continue
		}
		name, value, hasValue := strings.Cut(strings.TrimLeft(argument, "-"), "=")
		flag, ok := Find(name, role)
		if !ok {
			return nil, fmt.Errorf("flag provided but not defined: -%s", name)
		}
		if !hasValue {
			if flag.Kind == Switch {
				value = "true"
			} else if index+1 < len(arguments) {
				index++
				value = arguments[index]
			} else {
				return nil, fmt.Errorf("flag needs an argument: -%s", name)
			}
		}
		if flag.Kind == Switch {
			switch value {
			case "true", "false", "1", "0", "t", "f", "T", "F", "TRUE", "FALSE", "True", "False":
			default:
				return nil, fmt.Errorf("invalid boolean value %q for -%s: parse error", value, name)
			}
		}
		if flag.Kind == List {
			for _, part := range split(flag, value) {
				values[flag.Name] = append(values[flag.Name], part)
			}
		} else {
			values[flag.Name] = []string{value}
		}
	}
	return values, nil
}

// split honours the comma lists of addresses; arguments of components may hold commas of their own.
func split(flag Flag, value string) []string {
	if strings.HasSuffix(flag.Name, "-arg") || flag.Name == "node-taint" {
		return []string{value}
	}
	parts := []string{}
	for _, part := range strings.Split(value, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// Given says whether a flag was set anywhere.
func (s *Settings) Given(name string) bool {
	_, ok := s.values[name]
	return ok
}

// Text gives a flag's value or its default.
func (s *Settings) Text(name string) string {
	if value, ok := s.values[name]; ok && len(value) > 0 {
		return value[len(value)-1]
	}
	flag, ok := Find(name, Both)
	if !ok {
		panic("no such flag: " + name)
	}
	return flag.Default
}

// List gives a flag's values or its default.
func (s *Settings) List(name string) []string {
	if value, ok := s.values[name]; ok {
		return value
	}
	if value := s.Text(name); value != "" {
		return []string{value}
	}
	return nil
}

// First gives the first value of a list flag.
func (s *Settings) First(name string) string {
	if list := s.List(name); len(list) > 0 {
		return list[0]
	}
	return ""
}

// On says whether a switch is on.
func (s *Settings) On(name string) bool {
	switch s.Text(name) {
	case "true", "1", "t", "T", "TRUE", "True":
		return true
	}
	return false
}

// Note writes what is accepted without effect, and gives an error for what the stand-in does not have.
func (s *Settings) Note() error {
	for _, flag := range Flags {
		if !s.Given(flag.Name) || flag.Role&s.Role == 0 || (flag.Kind == Switch && !s.On(flag.Name)) {
			continue
		}
		switch flag.Effect {
		case Ignored:
			logs.Info("stand-in: --%s is accepted and has no effect", flag.Name)
		case Refused:
			return fmt.Errorf("stand-in: --%s is not in the stand-in (one server on SQLite, containerd and flannel only)", flag.Name)
		}
	}
	if s.Role == ServerOnly && s.Text("server") != "" {
		return fmt.Errorf("stand-in: --server of a joining server is not in the stand-in (one server on SQLite)")
	}
	return nil
}

// Secret reads a secret from its flag or from the file its -file flag names.
func (s *Settings) Secret(name string) (string, error) {
	if value := s.Text(name); value != "" {
		return strings.TrimSpace(value), nil
	}
	path := s.Text(name + "-file")
	if path == "" {
		return "", nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(content)), nil
}

// Hidden replaces the values of secrets for showing.
const Hidden = "********"

var secretNames = []string{"token", "agent-token", "datastore-endpoint", "etcd-s3-access-key", "etcd-s3-secret-key", "t", "vpn-auth"}

// Shown gives the arguments as the node's annotation shows them: each flag and its value apart, secrets hidden.
func (s *Settings) Shown() []string {
	shown := []string{s.Arguments[0]}
	rest := s.Arguments[1:]
	for index := 0; index < len(rest); index++ {
		name, value, hasValue := strings.Cut(rest[index], "=")
		if !strings.HasPrefix(name, "-") {
			shown = append(shown, rest[index])
			continue
		}
		flag, known := Find(strings.TrimLeft(name, "-"), s.Role)
		if !hasValue && known && flag.Kind != Switch && index+1 < len(rest) {
			index++
			value, hasValue = rest[index], true
		}
		for _, secret := range secretNames {
			if strings.TrimLeft(name, "-") == secret {
				value = Hidden
			}
		}
		shown = append(shown, name)
		if hasValue {
			shown = append(shown, value)
		}
	}
	return shown
}
