package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

type entry struct {
	key    string
	values []string
}

// ReadFiles turns config.yaml and the files of config.yaml.d into arguments, in the order K3s reads them:
// the last value of a key wins whole, and `key+` appends to what came before.
func ReadFiles(path string) ([]string, error) {
	paths := []string{}
	if _, err := os.Stat(path); err == nil {
		paths = append(paths, path)
	} else if !os.IsNotExist(err) {
		return nil, err
	}
	names, err := os.ReadDir(path + ".d")
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	dropins := []string{}
	for _, name := range names {
		if !name.IsDir() && (strings.HasSuffix(name.Name(), ".yaml") || strings.HasSuffix(name.Name(), ".yml")) {
			dropins = append(dropins, filepath.Join(path+".d", name.Name()))
		}
	}
	sort.Strings(dropins)
	entries := []*entry{}
	byKey := map[string]*entry{}
	for _, file := range append(paths, dropins...) {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := merge(content, file, &entries, byKey); err != nil {
			return nil, err
		}
	}
	arguments := []string{}
	for _, one := range entries {
		prefix := "--"
		if len(one.key) == 1 {
			prefix = "-"
		}
		for _, value := range one.values {
			arguments = append(arguments, prefix+one.key+"="+value)
		}
	}
	return arguments, nil
}

func merge(content []byte, file string, entries *[]*entry, byKey map[string]*entry) error {
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return fmt.Errorf("failed to parse config file %s: %w", file, err)
	}
	if len(document.Content) == 0 {
		return nil
	}
	root := document.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		return fmt.Errorf("failed to parse config file %s: yaml: line %d: cannot unmarshal into a map", file, root.Line)
	}
	for index := 0; index+1 < len(root.Content); index += 2 {
		key := root.Content[index].Value
		values, err := scalars(root.Content[index+1], file)
		if err != nil {
			return err
		}
		name, appends := strings.CutSuffix(key, "+")
		known := byKey[name]
		if known == nil {
			known = &entry{key: name}
			byKey[name] = known
			*entries = append(*entries, known)
		} else if !appends {
			known.values = nil
		}
		known.values = append(known.values, values...)
	}
	return nil
}

func scalars(node *yaml.Node, file string) ([]string, error) {
	switch node.Kind {
	case yaml.AliasNode:
		return scalars(node.Alias, file)
	case yaml.ScalarNode:
		if node.Tag == "!!null" {
			return []string{""}, nil
		}
		if node.Tag == "!!bool" {
			return []string{strings.ToLower(node.Value)}, nil
		}
		return []string{node.Value}, nil
	case yaml.SequenceNode:
		values := []string{}
		for _, child := range node.Content {
			more, err := scalars(child, file)
			if err != nil {
				return nil, err
			}
			values = append(values, more...)
		}
		return values, nil
	}
	return nil, fmt.Errorf("failed to parse config file %s: line %d: a map is no value of a flag", file, node.Line)
}
