package kube

import "time"

// Metadata is what every object carries.
type Metadata struct {
	Name              string            `json:"name,omitempty"`
	Namespace         string            `json:"namespace,omitempty"`
	UID               string            `json:"uid,omitempty"`
	ResourceVersion   string            `json:"resourceVersion,omitempty"`
	CreationTimestamp *time.Time        `json:"creationTimestamp,omitempty"`
	DeletionTimestamp *time.Time        `json:"deletionTimestamp,omitempty"`
	Labels            map[string]string `json:"labels,omitempty"`
	Annotations       map[string]string `json:"annotations,omitempty"`
	OwnerReferences   []Owner           `json:"ownerReferences,omitempty"`
	Finalizers        []string          `json:"finalizers,omitempty"`
}

// Owner is a reference to the object that owns this one.
type Owner struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	UID        string `json:"uid"`
}

// Node is the part of a Node that the stand-in looks at.
type Node struct {
	Metadata Metadata `json:"metadata"`
	Spec     struct {
		PodCIDR    string
		ProviderID string
		Taints     []Taint
	}
	Status struct {
		Addresses  []Address
		Conditions []struct{ Type, Status string }
	}
}

// Taint of a node.
type Taint struct {
	Key    string `json:"key"`
	Value  string `json:"value,omitempty"`
	Effect string `json:"effect"`
}

// Address of a node.
type Address struct {
	Type    string `json:"type"`
	Address string `json:"address"`
}

// Internal gives the node's InternalIP addresses.
func (n Node) Internal() []string {
	addresses := []string{}
	for _, address := range n.Status.Addresses {
		if address.Type == "InternalIP" {
			addresses = append(addresses, address.Address)
		}
	}
	return addresses
}

// Secret is a Secret with its data decoded.
type Secret struct {
	APIVersion string            `json:"apiVersion,omitempty"`
	Kind       string            `json:"kind,omitempty"`
	Metadata   Metadata          `json:"metadata"`
	Type       string            `json:"type,omitempty"`
	Immutable  bool              `json:"immutable,omitempty"`
	Data       map[string][]byte `json:"data,omitempty"`
}

// NodeName names a node in Watch.
func NodeName(node Node) string { return node.Metadata.Name }
