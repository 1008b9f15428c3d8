package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"sync"
	"time"

	"farthing.lab/k3s/kube"
	"farthing.lab/k3s/logs"
)

const uninitialized = "node.cloudprovider.kubernetes.io/uninitialized"

// runCloud does what K3s' cloud controller and node controllers do: addresses, provider id, type labels, the birth taint, role labels, NodeHosts.
func (s *Server) runCloud(ctx context.Context) {
	var lock sync.Mutex
	nodes := map[string]kube.Node{}
	owned := map[string]string{}
	kube.Watch(ctx, s.admin, "/api/v1/nodes", kube.NodeName, func(node kube.Node) {
		name := node.Metadata.Name
		addresses := node.Internal()
		for _, address := range node.Status.Addresses {
			addresses = append(addresses, address.Address)
		}
		s.nodes.set(name, addresses)
		if owned[name] != node.Metadata.UID && s.ownPassword(ctx, name, node.Metadata.UID) == nil {
			owned[name] = node.Metadata.UID
		}
		if err := s.tend(ctx, node); err != nil && ctx.Err() == nil {
			logs.Error("error syncing '%s': %v", name, err)
		}
		lock.Lock()
		nodes[name] = node
		lock.Unlock()
		s.writeNodeHosts(ctx, nodes)
	}, func(node kube.Node) {
		s.nodes.set(node.Metadata.Name, nil)
		lock.Lock()
		delete(nodes, node.Metadata.Name)
		lock.Unlock()
		// Deleting a Node frees its name at once.
		s.admin.Delete(ctx, secretsPath+"/"+node.Metadata.Name+passwordSuffix)
		s.writeNodeHosts(ctx, nodes)
	})
}

func (s *Server) tend(ctx context.Context, node kube.Node) error {
	path := "/api/v1/nodes/" + node.Metadata.Name
	labels := map[string]any{}
	annotations := map[string]any{}
	if node.Metadata.Name == s.name {
		if node.Metadata.Labels["node-role.kubernetes.io/control-plane"] != "true" {
			labels["node-role.kubernetes.io/control-plane"] = "true"
		}
		if content, err := os.ReadFile(filepath.Join(s.folder, "cred", "encryption-state.json")); err == nil {
			if state := strings.Trim(string(content), `"`); node.Metadata.Annotations["k3s.io/encryption-config-hash"] != state {
				annotations["k3s.io/encryption-config-hash"] = state
			}
		}
	}
	patch := map[string]any{}
	resourceVersion := ""
	if !s.control.DisableCCM {
		wanted := addressesOf(node)
		if len(wanted) == 0 {
			return s.patchNode(ctx, path, "", patch, labels, annotations)
		}
		for _, key := range []string{"node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"} {
			if node.Metadata.Labels[key] != "k3s" {
				labels[key] = "k3s"
			}
		}
		spec := map[string]any{}
		if node.Spec.ProviderID == "" {
			spec["providerID"] = "k3s://" + node.Metadata.Name
		}
		taints := []kube.Taint{}
		for _, taint := range node.Spec.Taints {
			if taint.Key != uninitialized {
				taints = append(taints, taint)
			}
		}
		if !reflect.DeepEqual(node.Status.Addresses, wanted) {
			if err := s.admin.Merge(ctx, path+"/status", map[string]any{"status": map[string]any{"addresses": wanted}}); err != nil {
				return err
			}
		}
		if len(taints) != len(node.Spec.Taints) {
			spec["taints"] = taints
			// Others change taints too: a list that was read from an older version must not win.
			resourceVersion = node.Metadata.ResourceVersion
			logs.Info("Successfully initialized node %s with cloud provider", node.Metadata.Name)
		}
		if len(spec) > 0 {
			patch["spec"] = spec
		}
	}
	err := s.patchNode(ctx, path, resourceVersion, patch, labels, annotations)
	if kube.Is(err, http.StatusConflict) {
		return nil
	}
	return err
}

func (s *Server) patchNode(ctx context.Context, path, resourceVersion string, patch, labels, annotations map[string]any) error {
	metadata := map[string]any{}
	if len(labels) > 0 {
		metadata["labels"] = labels
	}
	if len(annotations) > 0 {
		metadata["annotations"] = annotations
	}
	if resourceVersion != "" {
		metadata["resourceVersion"] = resourceVersion
	}
	if len(metadata) > 0 {
		patch["metadata"] = metadata
	}
	if len(patch) == 0 {
		return nil
	}
	return s.admin.Merge(ctx, path, patch)
}

func addressesOf(node kube.Node) []kube.Address {
	notes := node.Metadata.Annotations
	if notes["k3s.io/internal-ip"] == "" {
		return nil
	}
	addresses := []kube.Address{}
	for _, entry := range []struct{ kind, key string }{{"InternalIP", "k3s.io/internal-ip"}, {"ExternalIP", "k3s.io/external-ip"}, {"InternalDNS", "k3s.io/internal-dns"}, {"ExternalDNS", "k3s.io/external-dns"}, {"Hostname", "k3s.io/hostname"}} {
		for _, value := range strings.Split(notes[entry.key], ",") {
			if value != "" {
				addresses = append(addresses, kube.Address{Type: entry.kind, Address: value})
			}
		}
	}
	return addresses
}

// writeNodeHosts keeps the nodes' names in CoreDNS' ConfigMap.
func (s *Server) writeNodeHosts(ctx context.Context, nodes map[string]kube.Node) {
	lines := []string{}
	for name, node := range nodes {
		for _, address := range node.Internal() {
			lines = append(lines, address+" "+name+"\n")
		}
	}
	sort.Strings(lines)
	text := strings.Join(lines, "")
	var stored struct{ Data map[string]string }
	path := "/api/v1/namespaces/kube-system/configmaps/coredns"
	if err := s.admin.Get(ctx, path, &stored); err != nil || stored.Data["NodeHosts"] == text {
		return
	}
	if err := s.admin.Merge(ctx, path, map[string]any{"data": map[string]any{"NodeHosts": text}}); err == nil {
		logs.Info("Updated coredns node hosts entry [%s]", strings.TrimSpace(text))
	}
}

// keepEndpoints keeps the addresses of the Service `kubernetes`: the API server would write its own port, and ours is 6443.
func (s *Server) keepEndpoints(ctx context.Context) {
	slice := map[string]any{
		"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
		"metadata":    map[string]any{"name": "kubernetes", "namespace": "default", "labels": map[string]any{"kubernetes.io/service-name": "kubernetes"}},
		"addressType": "IPv4",
		"endpoints":   []any{map[string]any{"addresses": []string{s.nodeIP}, "conditions": map[string]any{"ready": true}}},
		"ports":       []any{map[string]any{"name": "https", "port": s.port, "protocol": "TCP"}},
	}
	endpoints := map[string]any{
		"apiVersion": "v1", "kind": "Endpoints",
		"metadata": map[string]any{"name": "kubernetes", "namespace": "default", "labels": map[string]any{"endpointslice.kubernetes.io/skip-mirror": "true"}},
		"subsets":  []any{map[string]any{"addresses": []any{map[string]any{"ip": s.nodeIP}}, "ports": []any{map[string]any{"name": "https", "port": s.port, "protocol": "TCP"}}}},
	}
	for ctx.Err() == nil {
		for path, wanted := range map[string]map[string]any{
			"/apis/discovery.k8s.io/v1/namespaces/default/endpointslices": slice,
			"/api/v1/namespaces/default/endpoints":                        endpoints,
		} {
			var have map[string]any
			err := s.admin.Get(ctx, path+"/kubernetes", &have)
			key := "endpoints"
			if _, ok := wanted["subsets"]; ok {
				key = "subsets"
			}
			if kube.Is(err, http.StatusNotFound) || (err == nil && (!same(have[key], wanted[key]) || !same(have["ports"], wanted["ports"]))) {
				if err := s.admin.Apply(ctx, path+"/kubernetes", "k3s", wanted); err != nil {
					logs.Debugf("endpoints of kubernetes: %v", err)
				}
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Second):
		}
	}
}

func same(a, b any) bool {
	one, errOne := json.Marshal(a)
	two, errTwo := json.Marshal(b)
	var left, right any
	if errOne != nil || errTwo != nil || json.Unmarshal(one, &left) != nil || json.Unmarshal(two, &right) != nil {
		return false
	}
	return fmt.Sprint(left) == fmt.Sprint(right)
}
