// A small crictl: the few commands that people type on a node, over the same CRI socket and with the same columns.
//
// The real one is not published as a Go module that can be built here.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

const (
	defaultEndpoint = "unix:///run/k3s/containerd/containerd.sock"
	timeout         = 30 * time.Second
	shortID         = 13
	usage           = "crictl [-r ENDPOINT] version|info|ps [-a] [-q]|pods [-q]|images [-q]|rmi [--prune] [IMAGE…]"
)

type client struct {
	runtime cri.RuntimeServiceClient
	images  cri.ImageServiceClient
	flags   map[string]bool
	names   []string
}

func main() {
	endpoint, arguments := endpointOf(os.Args[1:])
	if len(arguments) == 0 {
		fmt.Println(usage)
		return
	}
	if err := run(endpoint, arguments); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func endpointOf(arguments []string) (string, []string) {
	endpoint := defaultEndpoint
	if given := os.Getenv("CONTAINER_RUNTIME_ENDPOINT"); given != "" {
		endpoint = given
	}
	rest := []string{}
	for index := 0; index < len(arguments); index++ {
		name, value, hasValue := strings.Cut(arguments[index], "=")
		switch name {
		case "-r", "--runtime-endpoint", "-i", "--image-endpoint", "-c", "--config":
			if !hasValue && index+1 < len(arguments) {
				index++
				value = arguments[index]
			}
			if name == "-r" || name == "--runtime-endpoint" {
				endpoint = value
			}
		default:
			rest = append(rest, arguments[index])
		}
	}
	return endpoint, rest
}

func run(endpoint string, arguments []string) error {
	connection, err := grpc.NewClient(endpoint, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	c := client{runtime: cri.NewRuntimeServiceClient(connection), images: cri.NewImageServiceClient(connection), flags: map[string]bool{}}
	for _, argument := range arguments[1:] {
		if strings.HasPrefix(argument, "-") {
			c.flags[strings.TrimLeft(argument, "-")] = true
		} else {
			c.names = append(c.names, argument)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	switch arguments[0] {
	case "version":
		return c.version(ctx)
	case "info":
		return c.info(ctx)
	case "ps":
		return c.containers(ctx)
	case "pods":
		return c.pods(ctx)
	case "images", "image", "img":
		return c.listImages(ctx)
	case "rmi":
		return c.removeImages(ctx)
	}
	return fmt.Errorf("stand-in: crictl %s is not in the stand-in; it knows: %s", arguments[0], usage)
}

func (c client) version(ctx context.Context) error {
	answer, err := c.runtime.Version(ctx, &cri.VersionRequest{})
	if err != nil {
		return err
	}
	fmt.Printf("Version:  %s\nRuntimeName:  %s\nRuntimeVersion:  %s\nRuntimeApiVersion:  %s\n", answer.Version, answer.RuntimeName, answer.RuntimeVersion, answer.RuntimeApiVersion)
	return nil
}

func (c client) info(ctx context.Context) error {
	answer, err := c.runtime.Status(ctx, &cri.StatusRequest{})
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(map[string]any{"status": map[string]any{"conditions": answer.Status.Conditions}})
}

func table(header string, rows [][]string, quiet bool, id int) {
	if quiet {
		for _, row := range rows {
			fmt.Println(row[id])
		}
		return
	}
	writer := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(writer, header)
	for _, row := range rows {
		fmt.Fprintln(writer, strings.Join(row, "\t"))
	}
	writer.Flush()
}

func (c client) containers(ctx context.Context) error {
	filter := &cri.ContainerFilter{}
	if !c.flags["a"] && !c.flags["all"] {
		filter.State = &cri.ContainerStateValue{State: cri.ContainerState_CONTAINER_RUNNING}
	}
	answer, err := c.runtime.ListContainers(ctx, &cri.ListContainersRequest{Filter: filter})
	if err != nil {
		return err
	}
	sort.Slice(answer.Containers, func(a, b int) bool { return answer.Containers[a].CreatedAt > answer.Containers[b].CreatedAt })
	rows := [][]string{}
	for _, one := range answer.Containers {
		state := strings.TrimPrefix(one.State.String(), "CONTAINER_")
		rows = append(rows, []string{
			short(one.Id), short(strings.TrimPrefix(one.ImageRef, "sha256:")), ago(one.CreatedAt), state[:1] + strings.ToLower(state[1:]), one.Metadata.Name,
			fmt.Sprint(one.Metadata.Attempt), short(one.PodSandboxId), one.Labels["io.kubernetes.pod.name"], one.Labels["io.kubernetes.pod.namespace"],
		})
	}
	table("CONTAINER\tIMAGE\tCREATED\tSTATE\tNAME\tATTEMPT\tPOD ID\tPOD\tNAMESPACE", rows, c.flags["q"], 0)
	return nil
}

func (c client) pods(ctx context.Context) error {
	answer, err := c.runtime.ListPodSandbox(ctx, &cri.ListPodSandboxRequest{})
	if err != nil {
		return err
	}
	sort.Slice(answer.Items, func(a, b int) bool { return answer.Items[a].CreatedAt > answer.Items[b].CreatedAt })
	rows := [][]string{}
	for _, one := range answer.Items {
		state := map[cri.PodSandboxState]string{cri.PodSandboxState_SANDBOX_READY: "Ready", cri.PodSandboxState_SANDBOX_NOTREADY: "NotReady"}[one.State]
		rows = append(rows, []string{short(one.Id), ago(one.CreatedAt), state, one.Metadata.Name, one.Metadata.Namespace, fmt.Sprint(one.Metadata.Attempt), "(default)"})
	}
	table("POD ID\tCREATED\tSTATE\tNAME\tNAMESPACE\tATTEMPT\tRUNTIME", rows, c.flags["q"], 0)
	return nil
}

func (c client) listImages(ctx context.Context) error {
	answer, err := c.images.ListImages(ctx, &cri.ListImagesRequest{})
	if err != nil {
		return err
	}
	rows := [][]string{}
	for _, one := range answer.Images {
		name, tag := "<none>", "<none>"
		if len(one.RepoTags) > 0 {
			cut := strings.LastIndex(one.RepoTags[0], ":")
			name, tag = one.RepoTags[0][:cut], one.RepoTags[0][cut+1:]
		} else if len(one.RepoDigests) > 0 {
			name, _, _ = strings.Cut(one.RepoDigests[0], "@")
		}
		rows = append(rows, []string{name, tag, short(strings.TrimPrefix(one.Id, "sha256:")), fmt.Sprintf("%.3gMB", float64(one.Size)/1e6)})
	}
	sort.Slice(rows, func(a, b int) bool { return rows[a][0]+rows[a][1] < rows[b][0]+rows[b][1] })
	table("IMAGE\tTAG\tIMAGE ID\tSIZE", rows, c.flags["q"], 2)
	return nil
}

// removeImages removes the named images, or with --prune all that no container uses and nobody pinned.
func (c client) removeImages(ctx context.Context) error {
	names := c.names
	if c.flags["prune"] {
		containers, err := c.runtime.ListContainers(ctx, &cri.ListContainersRequest{})
		if err != nil {
			return err
		}
		used := map[string]bool{}
		for _, one := range containers.Containers {
			used[one.ImageRef], used[one.ImageId] = true, true
		}
		images, err := c.images.ListImages(ctx, &cri.ListImagesRequest{})
		if err != nil {
			return err
		}
		for _, one := range images.Images {
			if !used[one.Id] && !one.Pinned {
				names = append(names, one.Id)
			}
		}
	}
	for _, name := range names {
		status, err := c.images.ImageStatus(ctx, &cri.ImageStatusRequest{Image: &cri.ImageSpec{Image: name}})
		if err != nil {
			return err
		}
		if status.Image == nil {
			return fmt.Errorf("no such image %s", name)
		}
		if _, err := c.images.RemoveImage(ctx, &cri.RemoveImageRequest{Image: &cri.ImageSpec{Image: name}}); err != nil {
			return err
		}
		shown := status.Image.RepoTags
		if len(shown) == 0 {
			shown = []string{name}
		}
		for _, one := range shown {
			fmt.Printf("Deleted: %s\n", one)
		}
	}
	return nil
}

func short(id string) string {
	if len(id) > shortID {
		return id[:shortID]
	}
	return id
}

func ago(nanoseconds int64) string {
	return time.Since(time.Unix(0, nanoseconds)).Round(time.Second).String() + " ago"
}
