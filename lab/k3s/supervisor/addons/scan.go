package addons

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// disabled says whether a file is switched off, by its own name without ending or by a folder above it.
func (c *controller) disabled(path string) bool {
	relative, err := filepath.Rel(c.Folder, path)
	if err != nil {
		return false
	}
	parts := strings.Split(relative, string(filepath.Separator))
	for index, part := range parts {
		name := part
		if index == len(parts)-1 {
			name = strings.TrimSuffix(part, filepath.Ext(part))
		}
		for _, disabled := range c.Disabled {
			if disabled == name {
				return true
			}
		}
	}
	return false
}

func (c *controller) scan(ctx context.Context, force bool) error {
	skips := map[string]bool{}
	files := []string{}
	modified := map[string]time.Time{}
	err := filepath.WalkDir(c.Folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if strings.HasPrefix(name, ".") && path != c.Folder {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		if base, ok := strings.CutSuffix(path, ".skip"); ok {
			skips[base] = true
			return nil
		}
		switch filepath.Ext(name) {
		case ".yaml", ".yml", ".json":
			info, err := os.Stat(path)
			if err != nil {
				return nil
			}
			files = append(files, path)
			modified[path] = info.ModTime()
		}
		return nil
	})
	if err != nil {
		return err
	}
	sort.Strings(files)
	failures := []error{}
	for _, path := range files {
		if c.disabled(path) {
			if err := c.remove(ctx, path); err != nil {
				failures = append(failures, fmt.Errorf("failed to delete %s: %w", path, err))
			}
			continue
		}
		if skips[path] {
			continue
		}
		if before, ok := c.modified[path]; ok && before.Equal(modified[path]) && !force {
			continue
		}
		if err := c.deploy(ctx, path, !force); err != nil {
			failures = append(failures, fmt.Errorf("failed to process %s: %w", path, err))
			continue
		}
		c.modified[path] = modified[path]
	}
	// What was disabled before its file was ever written, or whose file is gone, still has its objects.
	if force {
		for name := range c.Packaged {
			path := filepath.Join(c.Folder, name)
			if _, err := os.Stat(path); c.disabled(path) && os.IsNotExist(err) {
				if err := c.remove(ctx, path); err != nil {
					failures = append(failures, err)
				}
			}
		}
	}
	return errors.Join(failures...)
}

// addonName is the file's name up to the first dot.
func addonName(path string) string {
	name, _, _ := strings.Cut(filepath.Base(path), ".")
	return name
}
