// Package addons applies what lies in the server's manifests folder, as K3s' deploy controller does.
package addons

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"farthing.lab/k3s/kube"
	"farthing.lab/k3s/logs"
)

const (
	scanEvery  = 15 * time.Second
	addonsPath = "/apis/k3s.cattle.io/v1/namespaces/kube-system/addons"
	kindsNote  = "addon.k3s.cattle.io/gvks"
	setPrefix  = "objectset.rio.cattle.io/"
)

// Options is what the controller works on.
type Options struct {
	Client   *kube.Client
	Folder   string
	Node     string
	Disabled []string
	// Packaged is written into the folder at each start, except what is disabled.
	Packaged map[string][]byte
}

type controller struct {
	Options
	modified  map[string]time.Time
	resources map[string]resource
}

type resource struct {
	name       string
	namespaced bool
}

type addon struct {
	APIVersion string        `json:"apiVersion"`
	Kind       string        `json:"kind"`
	Metadata   kube.Metadata `json:"metadata"`
	Spec       struct {
		Source   string `json:"source,omitempty"`
		Checksum string `json:"checksum,omitempty"`
	} `json:"spec"`
}

// Run writes the packaged files, applies everything once, and then what changes, until the context ends.
func Run(ctx context.Context, options Options) {
	c := &controller{Options: options, modified: map[string]time.Time{}, resources: map[string]resource{}}
	for ctx.Err() == nil {
		err := c.ensureKind(ctx)
		if err == nil {
			break
		}
		logs.Error("Failed to create CRD addons.k3s.cattle.io: %v", err)
		wait(ctx, 2*time.Second)
	}
	for name, content := range options.Packaged {
		path := filepath.Join(c.Folder, name)
		if c.disabled(path) {
			continue
		}
		logs.Info("Writing manifest: %s", path)
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
			continue
		}
		if err := writeManifest(path, content); err != nil {
			logs.Error("Failed to write manifest: %v", err)
		}
	}
	force := true
	for ctx.Err() == nil {
		if err := c.scan(ctx, force); err != nil {
			logs.Error("Failed to process config: %v", err)
		} else {
			force = false
		}
		wait(ctx, scanEvery)
	}
}

func writeManifest(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

func wait(ctx context.Context, length time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(length):
	}
}

// ensureKind makes the Addon kind known to the API.
func (c *controller) ensureKind(ctx context.Context) error {
	definition := map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": map[string]any{"name": "addons.k3s.cattle.io"},
		"spec": map[string]any{
			"group": "k3s.cattle.io", "scope": "Namespaced", "names": map[string]any{"kind": "Addon", "plural": "addons", "singular": "addon"},
			"versions": []any{map[string]any{
				"name": "v1", "served": true, "storage": true,
				"additionalPrinterColumns": []any{
					map[string]any{"name": "Source", "type": "string", "jsonPath": ".spec.source"},
					map[string]any{"name": "Checksum", "type": "string", "jsonPath": ".spec.checksum"},
				},
				"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "properties": map[string]any{
					"spec": map[string]any{"type": "object", "properties": map[string]any{"source": map[string]any{"type": "string"}, "checksum": map[string]any{"type": "string"}}},
				}}},
			}},
		},
	}
	if err := c.Client.Apply(ctx, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/addons.k3s.cattle.io", "k3s", definition); err != nil {
		return err
	}
	return c.Client.Get(ctx, addonsPath, nil)
}

func (c *controller) deploy(ctx context.Context, path string, compare bool) error {
	name := addonName(path)
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	checksum := hex.EncodeToString(sum[:])
	var stored addon
	err = c.Client.Get(ctx, addonsPath+"/"+name, &stored)
	if kube.Is(err, http.StatusNotFound) {
		stored = addon{APIVersion: "k3s.cattle.io/v1", Kind: "Addon"}
		stored.Metadata.Name, stored.Metadata.Namespace = name, "kube-system"
		if err := c.Client.Do(ctx, http.MethodPost, addonsPath, "application/json", stored, &stored); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	if compare && stored.Spec.Checksum == checksum {
		return nil
	}
	objects, err := Parse(content)
	if err != nil {
		c.event(ctx, stored, "Warning", "ParseManifestFailed", fmt.Sprintf("Parse manifest at %q failed: %v", path, err))
		return err
	}
	c.event(ctx, stored, "Normal", "ApplyingManifest", fmt.Sprintf("Applying manifest at %q", path))
	kinds, err := c.apply(ctx, stored, objects)
	if err != nil {
		c.event(ctx, stored, "Warning", "ApplyManifestFailed", fmt.Sprintf("Applying manifest at %q failed: %v", path, err))
		return err
	}
	patch := map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{kindsNote: strings.Join(kinds, ";")}},
		"spec":     map[string]any{"source": path, "checksum": checksum},
	}
	if err := c.Client.Merge(ctx, addonsPath+"/"+name, patch); err != nil {
		return err
	}
	c.event(ctx, stored, "Normal", "AppliedManifest", fmt.Sprintf("Applied manifest at %q", path))
	return nil
}

// remove deletes a disabled file's objects, then the file, then the Addon.
func (c *controller) remove(ctx context.Context, path string) error {
	name := addonName(path)
	var stored addon
	err := c.Client.Get(ctx, addonsPath+"/"+name, &stored)
	if err == nil {
		kinds := map[string]bool{}
		for _, kind := range strings.Split(stored.Metadata.Annotations[kindsNote], ";") {
			if kind != "" {
				kinds[kind] = true
			}
		}
		if content, err := os.ReadFile(path); err == nil {
			if objects, err := Parse(content); err == nil {
				for _, object := range objects {
					kinds[kindOf(object)] = true
				}
			}
		}
		c.event(ctx, stored, "Normal", "DeletingManifest", fmt.Sprintf("Deleting manifest at %q", path))
		for kind := range kinds {
			if err := c.prune(ctx, name, kind, nil); err != nil {
				return err
			}
		}
	} else if !kube.Is(err, http.StatusNotFound) {
		return err
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return c.Client.Delete(ctx, addonsPath+"/"+name)
}

func (c *controller) event(ctx context.Context, owner addon, kind, reason, message string) {
	now := time.Now().UTC().Format(time.RFC3339)
	event := map[string]any{
		"apiVersion": "v1", "kind": "Event", "type": kind, "reason": reason, "message": message, "count": 1,
		"metadata":       map[string]any{"generateName": owner.Metadata.Name + ".", "namespace": "kube-system"},
		"involvedObject": map[string]any{"apiVersion": "k3s.cattle.io/v1", "kind": "Addon", "name": owner.Metadata.Name, "namespace": "kube-system", "uid": owner.Metadata.UID},
		"source":         map[string]any{"component": "deploy"}, "firstTimestamp": now, "lastTimestamp": now,
		"reportingComponent": "deploy@" + c.Node,
	}
	encoded, err := json.Marshal(event)
	if err != nil {
		return
	}
	c.Client.Do(ctx, http.MethodPost, "/api/v1/namespaces/kube-system/events", "application/json", encoded, nil)
}
