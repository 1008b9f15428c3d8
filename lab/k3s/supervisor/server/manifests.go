package server

import (
	"embed"
	"path"
	"strings"
)

//go:embed manifests/*.yaml
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
	entries, err := manifests.ReadDir("manifests")
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		content, err := manifests.ReadFile("manifests/" + entry.Name())
		if err != nil {
			panic(err)
		}
		files[entry.Name()] = []byte(replacer.Replace(string(content)))
	}
	return files
}
