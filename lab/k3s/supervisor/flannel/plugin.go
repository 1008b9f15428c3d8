package flannel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

const delegates = "/var/lib/cni/flannel"

// Plugin is the CNI plugin `flannel`: it adds the node's subnet to its configuration and lets the bridge plugin do the work.
func Plugin() error {
	command := os.Getenv("CNI_COMMAND")
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	if command == "VERSION" {
		fmt.Println(`{"cniVersion":"1.0.0","supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0"]}`)
		return nil
	}
	stored := filepath.Join(delegates, os.Getenv("CNI_CONTAINERID"))
	var delegate []byte
	switch command {
	case "ADD":
		if delegate, err = bridgeConfiguration(input); err != nil {
			return err
		}
		if err := os.MkdirAll(delegates, 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(stored, delegate, 0o600); err != nil {
			return err
		}
	case "DEL":
		if delegate, err = os.ReadFile(stored); errors.Is(err, os.ErrNotExist) {
			return nil
		} else if err != nil {
			return err
		}
		defer os.Remove(stored)
	default:
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	bridge := exec.Command(filepath.Join(filepath.Dir(self), "bridge"))
	for _, folder := range strings.Split(os.Getenv("CNI_PATH"), ":") {
		if _, err := os.Stat(filepath.Join(folder, "bridge")); err == nil {
			bridge = exec.Command(filepath.Join(folder, "bridge"))
			break
		}
	}
	var output bytes.Buffer
	bridge.Stdin, bridge.Stdout, bridge.Stderr = bytes.NewReader(delegate), &output, os.Stderr
	err = bridge.Run()
	os.Stdout.Write(output.Bytes())
	if err != nil {
		os.Exit(1)
	}
	return nil
}

func bridgeConfiguration(input []byte) ([]byte, error) {
	var given struct {
		CNIVersion string         `json:"cniVersion"`
		Name       string         `json:"name"`
		Delegate   map[string]any `json:"delegate"`
	}
	if err := json.Unmarshal(input, &given); err != nil {
		return nil, err
	}
	content, err := os.ReadFile(environment)
	if err != nil {
		return nil, fmt.Errorf("failed to load flannel 'subnet.env' file: %w. Check the flannel pod log for this node", err)
	}
	values := map[string]string{}
	for _, line := range strings.Split(string(content), "\n") {
		if key, value, ok := strings.Cut(line, "="); ok {
			values[key] = value
		}
	}
	mtu, err := strconv.Atoi(values["FLANNEL_MTU"])
	if err != nil {
		return nil, err
	}
	result := map[string]any{
		"cniVersion": given.CNIVersion, "name": given.Name, "type": "bridge", "mtu": mtu,
		"isGateway": true, "ipMasq": false,
		"ipam": map[string]any{
			"type":   "host-local",
			"ranges": []any{[]any{map[string]any{"subnet": subnetOf(values["FLANNEL_SUBNET"])}}},
			"routes": []any{map[string]any{"dst": values["FLANNEL_NETWORK"]}},
		},
	}
	for key, value := range given.Delegate {
		result[key] = value
	}
	return json.Marshal(result)
}

func subnetOf(text string) string {
	_, subnet, err := net.ParseCIDR(text)
	if err != nil {
		return text
	}
	return subnet.String()
}
