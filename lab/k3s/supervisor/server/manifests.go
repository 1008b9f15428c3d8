package server

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

//go:embed manifests
var manifests embed.FS

// packaged gives the manifests that K3s brings, with this cluster's addresses put in.
func (s *Server) packaged() map[string][]byte {
	registry := s.settings.Text("system-default-registry")
	if registry != "" {
		registry += "/"
	}
	storage := s.settings.Text("default-local-storage-path")
	if storage == "" {
		storage = path.Join(s.dataDir, "storage")
	}
	replacer := strings.NewReplacer(
		"%{CLUSTER_DNS}%", s.dns[0], "%{CLUSTER_DOMAIN}%", s.settings.Text("cluster-domain"),
		"%{SYSTEM_DEFAULT_REGISTRY}%", registry, "%{DEFAULT_LOCAL_STORAGE_PATH}%", storage,
	)
	files := map[string][]byte{}
	err := fs.WalkDir(manifests, "manifests", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := manifests.ReadFile(name)
		files[strings.TrimPrefix(name, "manifests/")] = []byte(replacer.Replace(string(content)))
		return err
	})
	if err != nil {
		panic(err)
	}
	return files
}
