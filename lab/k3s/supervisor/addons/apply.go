package addons

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"

	"farthing.lab/k3s/kube"
	"farthing.lab/k3s/logs"
	"go.yaml.in/yaml/v3"
)

// Parse reads a file of one or more documents; lists are opened.
func Parse(content []byte) ([]kube.Object, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	objects := []kube.Object{}
	for {
		var raw map[string]any
		err := decoder.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		if len(raw) == 0 {
			continue
		}
		if items, ok := raw["items"].([]any); ok && strings.HasSuffix(fmt.Sprint(raw["kind"]), "List") {
			for _, item := range items {
				if object, ok := item.(map[string]any); ok {
					objects = append(objects, object)
				}
			}
			continue
		}
		if raw["kind"] == nil || raw["apiVersion"] == nil {
			return nil, errors.New("Object 'Kind' is missing")
		}
		objects = append(objects, raw)
	}
}

func setHash(name string) string {
	sum := sha1.Sum([]byte("k3s.cattle.io/v1, Kind=Addon" + "kube-system" + name))
	return hex.EncodeToString(sum[:])
}

func kindOf(object kube.Object) string {
	return fmt.Sprint(object["apiVersion"]) + ", Kind=" + fmt.Sprint(object["kind"])
}

// apply puts the objects there and prunes those of the same set that are no longer in it.
func (c *controller) apply(ctx context.Context, owner addon, objects []kube.Object) ([]string, error) {
	name := owner.Metadata.Name
	kinds := map[string]bool{}
	for _, kind := range strings.Split(owner.Metadata.Annotations[kindsNote], ";") {
		if kind != "" {
			kinds[kind] = true
		}
	}
	now := map[string]bool{}
	wanted := map[string]bool{}
	// Kinds and namespaces come first: the others need them.
	sort.SliceStable(objects, func(a, b int) bool { return rank(objects[a]) < rank(objects[b]) })
	failures := []error{}
	for _, object := range objects {
		kinds[kindOf(object)], now[kindOf(object)] = true, true
		metadata, ok := object["metadata"].(map[string]any)
		if !ok {
			failures = append(failures, errors.New("object without metadata"))
			continue
		}
		resource, err := c.resource(ctx, fmt.Sprint(object["apiVersion"]), fmt.Sprint(object["kind"]))
		if err != nil {
			failures = append(failures, err)
			continue
		}
		if resource.namespaced && metadata["namespace"] == nil {
			metadata["namespace"] = "default"
		}
		labels, _ := metadata["labels"].(map[string]any)
		if labels == nil {
			labels = map[string]any{}
		}
		labels[setPrefix+"hash"] = setHash(name)
		metadata["labels"] = labels
		annotations, _ := metadata["annotations"].(map[string]any)
		if annotations == nil {
			annotations = map[string]any{}
		}
		annotations[setPrefix+"id"] = ""
		annotations[setPrefix+"owner-gvk"] = "k3s.cattle.io/v1, Kind=Addon"
		annotations[setPrefix+"owner-name"] = name
		annotations[setPrefix+"owner-namespace"] = "kube-system"
		metadata["annotations"] = annotations
		path := c.path(object, resource) + "/" + fmt.Sprint(metadata["name"])
		wanted[path] = true
		if err := c.Client.Apply(ctx, path, "deploy@"+c.Node, object); err != nil {
			failures = append(failures, fmt.Errorf("%s %s: %w", kindOf(object), metadata["name"], err))
		}
	}
	if len(failures) > 0 {
		return nil, errors.Join(failures...)
	}
	for kind := range kinds {
		if err := c.prune(ctx, name, kind, wanted); err != nil {
			return nil, err
		}
	}
	list := []string{}
	for kind := range now {
		list = append(list, kind)
	}
	sort.Strings(list)
	return list, nil
}

func rank(object kube.Object) int {
	switch object["kind"] {
	case "CustomResourceDefinition":
		return 0
	case "Namespace":
		return 1
	}
	return 2
}

func (c *controller) prune(ctx context.Context, name, kind string, wanted map[string]bool) error {
	version, kindName, _ := strings.Cut(kind, ", Kind=")
	resource, err := c.resource(ctx, version, kindName)
	if err != nil {
		return nil // a kind that is gone has no objects left
	}
	var list kube.List[struct {
		Metadata kube.Metadata `json:"metadata"`
	}]
	if err := c.Client.Get(ctx, prefix(version)+"/"+resource.name+"?labelSelector="+strings.ReplaceAll(setPrefix+"hash", "/", "%2F")+"%3D"+setHash(name), &list); err != nil {
		return err
	}
	for _, item := range list.Items {
		path := prefix(version)
		if resource.namespaced {
			path += "/namespaces/" + item.Metadata.Namespace
		}
		path += "/" + resource.name + "/" + item.Metadata.Name
		if !wanted[path] {
			if err := c.Client.Delete(ctx, path); err != nil {
				return err
			}
			logs.Info("Pruned %s %s of addon %s", kindName, item.Metadata.Name, name)
		}
	}
	return nil
}

func prefix(version string) string {
	if strings.Contains(version, "/") {
		return "/apis/" + version
	}
	return "/api/" + version
}

func (c *controller) path(object kube.Object, resource resource) string {
	path := prefix(fmt.Sprint(object["apiVersion"]))
	if metadata, ok := object["metadata"].(map[string]any); ok && resource.namespaced {
		path += "/namespaces/" + fmt.Sprint(metadata["namespace"])
	}
	return path + "/" + resource.name
}

// resource finds the path's word for a kind. Kinds may appear while we run, so a miss is not remembered.
func (c *controller) resource(ctx context.Context, version, kind string) (resource, error) {
	key := version + " " + kind
	if found, ok := c.resources[key]; ok {
		return found, nil
	}
	var list struct {
		Resources []struct {
			Name, Kind string
			Namespaced bool
		}
	}
	if err := c.Client.Get(ctx, prefix(version), &list); err != nil {
		return resource{}, fmt.Errorf("no matches for kind %q in version %q: %w", kind, version, err)
	}
	for _, one := range list.Resources {
		if one.Kind == kind && !strings.Contains(one.Name, "/") {
			c.resources[key] = resource{one.Name, one.Namespaced}
			return c.resources[key], nil
		}
	}
	return resource{}, fmt.Errorf("no matches for kind %q in version %q", kind, version)
}
