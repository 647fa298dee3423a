// `abra app ls`, `abra app ps` and `abra server`, in abra's JSON shapes.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

type appRow struct {
	Server       string `json:"server"`
	Recipe       string `json:"recipe"`
	AppName      string `json:"appName"`
	Domain       string `json:"domain"`
	Status       string `json:"status"`
	Chaos        string `json:"chaos"`
	ChaosVersion string `json:"chaosVersion"`
	Version      string `json:"version"`
	Upgrade      string `json:"upgrade"`
}

type serverRow struct {
	Apps             []appRow `json:"apps"`
	AppCount         int      `json:"appCount"`
	VersionCount     int      `json:"versionCount"`
	UnversionedCount int      `json:"unversionedCount"`
	LatestCount      int      `json:"latestCount"`
	UpgradeCount     int      `json:"upgradeCount"`
}

// listApps prints the apps, keyed by server. Only with -S it asks the swarm.
func listApps(_ []string, f flags) error {
	all, err := apps()
	if err != nil {
		return err
	}
	rows := map[string]*serverRow{}
	for _, server := range servers() {
		if f.server == "" || f.server == server {
			rows[server] = &serverRow{Apps: []appRow{}}
		}
	}
	for _, each := range all {
		if server := rows[each.server]; server != nil {
			row, err := describe(each, f.status)
			if err != nil {
				return err
			}
			server.add(row)
		}
	}
	return printJSON(rows)
}

func (s *serverRow) add(row appRow) {
	s.Apps = append(s.Apps, row)
	s.AppCount++
	if row.Version == "unknown" {
		s.UnversionedCount++
	} else {
		s.VersionCount++
	}
	switch row.Upgrade {
	case "latest":
		s.LatestCount++
	case "unknown":
	default:
		s.UpgradeCount++
	}
}

func describe(a app, withStatus bool) (appRow, error) {
	row := appRow{Server: a.server, Recipe: a.recipe, AppName: a.domain, Domain: a.domain, Status: "unknown"}
	var labels map[string]string
	if withStatus {
		found, err := deployedLabels(a)
		if err != nil {
			return row, err
		}
		labels = found
	}
	if labels != nil {
		row.Status = "deployed"
	}
	row.Chaos = or(labels[label(a.stack, "chaos")], "unknown")
	row.ChaosVersion = or(labels[label(a.stack, "chaos-version")], "unknown")
	row.Version = or(labels[label(a.stack, "version")], "unknown")
	row.Upgrade = upgradeOf(a.recipe, row.Version)
	return row, nil
}

// upgradeOf returns the newer versions, newest first, one a line; `latest` if there are none.
func upgradeOf(recipe, version string) string {
	known, _ := versionsOf(recipe)
	at := slices.Index(known, version)
	if at < 0 {
		return "unknown"
	}
	newer := known[at+1:]
	slices.Reverse(newer)
	return or(strings.Join(newer, "\n"), "latest")
}

// deployedLabels returns the labels of the service app, nil if the app isn't deployed.
func deployedLabels(a app) (map[string]string, error) {
	name := a.stack + "_app"
	found, err := docker("service", "ls", "--filter", "name="+name, "--format", "{{.Name}}")
	if err != nil || !slices.Contains(lines(found), name) {
		return nil, err
	}
	text, err := docker("service", "inspect", "--format", "{{json .Spec.Labels}}", name)
	if err != nil {
		return nil, err
	}
	labels := map[string]string{}
	if err := json.Unmarshal([]byte(text), &labels); err != nil {
		return nil, fmt.Errorf("docker service inspect: %w", err)
	}
	return labels, nil
}

const taskFormat = `{{.Label "com.docker.swarm.service.name"}}` +
	"\t{{.CreatedAt}}\t{{.Image}}\t{{.Ports}}\t{{.State}}\t{{.Status}}"

// listTasks prints the containers, keyed by service, every value a string.
func listTasks(words []string, _ flags) error {
	a, err := findDeployed(word(words, 0))
	if err != nil {
		return err
	}
	labels, err := deployedLabels(a)
	if err != nil {
		return err
	}
	rows, err := docker("ps", "--filter", inStack(a.stack), "--format", taskFormat)
	if err != nil {
		return err
	}
	tasks := map[string]map[string]string{}
	for _, row := range lines(rows) {
		columns := strings.Split(row, "\t")
		service := strings.TrimPrefix(columns[0], a.stack+"_")
		tasks[service] = map[string]string{
			"service": service,
			"chaos":   or(labels[label(a.stack, "chaos")], "unknown"),
			"created": word(columns, 1),
			"image":   word(columns, 2),
			"ports":   word(columns, 3),
			"state":   word(columns, 4),
			"status":  word(columns, 5),
			"version": or(labels[label(a.stack, "version")], "unknown"),
		}
	}
	return printJSON(tasks)
}

func addServer(_ []string, f flags) error {
	if !f.local {
		return fmt.Errorf("only the local server can be added here")
	}
	return os.MkdirAll(abraDir("servers", "default"), 0o755)
}

func listServers(_ []string, _ flags) error {
	rows := []map[string]string{}
	for _, name := range servers() {
		host := name
		if name == "default" {
			host = "local"
		}
		rows = append(rows, map[string]string{"name": name, "host": host})
	}
	return printJSON(rows)
}
