// Calls `docker stack deploy` with abra's labels, and waits for the services as impatiently as abra.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/cli/cli/compose/types"
	"go.yaml.in/yaml/v3"

	"hearth-lab/compose"
)

func inStack(stack string) string {
	return "label=com.docker.stack.namespace=" + stack
}

func serviceNames(stack string) ([]string, error) {
	names, err := docker("service", "ls", "--filter", inStack(stack), "--format", "{{.Name}}")
	return lines(names), err
}

func label(stack, name string) string {
	return "coop-cloud." + stack + "." + name
}

// labelsOf returns the labels that abra adds to the service app.
func labelsOf(a app, version string, chaos bool) map[string]string {
	labels := map[string]string{
		label(a.stack, "recipe"):  a.recipe,
		label(a.stack, "version"): version,
		label(a.stack, "chaos"):   strconv.FormatBool(chaos),
	}
	if chaos {
		labels[label(a.stack, "chaos-version")] = version
	}
	return labels
}

// timeoutOf returns the seconds that abra waits at most: TIMEOUT of the .env, else the label that the recipe sets on its
// service app (abra itself writes no such label), else 120.
func timeoutOf(a app, config *types.Config) string {
	labelled := ""
	for _, service := range config.Services {
		if service.Name == "app" {
			labelled = service.Deploy.Labels[label(a.stack, "timeout")]
		}
	}
	return or(a.env["TIMEOUT"], or(labelled, "120"))
}

func stackDeploy(a app, env, labels map[string]string) error {
	files := composeFiles(a.env)
	work, err := os.MkdirTemp("", "abra-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	override := filepath.Join(work, "labels.yml")
	if err := writeOverride(override, a.recipe, files, labels); err != nil {
		return err
	}
	argv := []string{"stack", "deploy", "--detach=true", "--resolve-image", "always"}
	for _, file := range append(slices.Clone(files), override) {
		argv = append(argv, "-c", file)
	}
	cmd := exec.Command("docker", append(argv, a.stack)...)
	cmd.Dir = clonePath(a.recipe)
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	_, err = output(cmd)
	return err
}

// writeOverride writes a compose file with the labels. docker wants the version of the first file in all of them.
func writeOverride(path, recipe string, files []string, labels map[string]string) error {
	details, err := compose.Read(clonePath(recipe), files[:1], nil)
	if err != nil {
		return err
	}
	deploy := map[string]any{"labels": labels}
	override := map[string]any{"services": map[string]any{"app": map[string]any{"deploy": deploy}}}
	if version, exists := details.ConfigFiles[0].Config["version"]; exists {
		override["version"] = version
	}
	text, err := yaml.Marshal(override)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

const patience = 8 * time.Second

var allRunning = regexp.MustCompile(`^(\d+)/(\d+)\b`)

// converge waits only briefly, ignoring start_period. After a failure the new spec stays applied.
func converge(a app, timeout string) error {
	seconds, _ := strconv.Atoi(timeout)
	limit := min(patience, time.Duration(seconds)*time.Second)
	for start := time.Now(); time.Since(start) < limit; time.Sleep(500 * time.Millisecond) {
		settled, err := isSettled(a.stack)
		if err != nil || settled {
			return err
		}
	}
	return fmt.Errorf("deploy failed 🛑")
}

// isSettled reports whether every service has all its replicas, at least one, and no update in progress.
func isSettled(stack string) (bool, error) {
	names, err := serviceNames(stack)
	if err != nil || len(names) == 0 {
		return false, err
	}
	replicas, err := docker("service", "ls", "--filter", inStack(stack), "--format", "{{.Replicas}}")
	if err != nil {
		return false, err
	}
	format := "{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}"
	states, err := docker(append([]string{"service", "inspect", "--format", format}, names...)...)
	if err != nil {
		return false, err
	}
	if strings.Contains(states, "updating") || strings.Contains(states, "rollback_started") {
		return false, nil
	}
	for _, text := range lines(replicas) {
		found := allRunning.FindStringSubmatch(text)
		if found == nil || found[1] != found[2] || found[1] == "0" {
			return false, nil
		}
	}
	return true, nil
}
