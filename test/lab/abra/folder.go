// $ABRA_DIR: servers with the apps' .env files, recipe clones, the catalogue.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type app struct {
	domain, server, path string
	// The .env, unchanged.
	text string
	env  map[string]string
	// The version is empty if the .env has none.
	recipe, version string
	stack           string
}

func abraDir(names ...string) string {
	root := os.Getenv("ABRA_DIR")
	if root == "" {
		home, _ := os.UserHomeDir()
		root = filepath.Join(home, ".abra")
	}
	return filepath.Join(append([]string{root}, names...)...)
}

func envPath(server, domain string) string {
	return abraDir("servers", server, domain+".env")
}

// servers returns their names, sorted.
func servers() []string {
	return fileNames(abraDir("servers"))
}

// apps returns all apps, sorted by domain.
func apps() ([]app, error) {
	var all []app
	for _, server := range servers() {
		for _, name := range fileNames(abraDir("servers", server)) {
			domain, isEnv := strings.CutSuffix(name, ".env")
			if !isEnv {
				continue
			}
			found, err := readApp(server, domain)
			if err != nil {
				return nil, err
			}
			all = append(all, found)
		}
	}
	slices.SortFunc(all, func(a, b app) int { return strings.Compare(a.domain, b.domain) })
	return all, nil
}

func findApp(domain string) (app, error) {
	if domain == "" {
		return app{}, fmt.Errorf("no app provided")
	}
	for _, server := range servers() {
		if _, err := os.Stat(envPath(server, domain)); err == nil {
			return readApp(server, domain)
		}
	}
	return app{}, fmt.Errorf("no app is called %s", domain)
}

func readApp(server, domain string) (app, error) {
	path := envPath(server, domain)
	text, err := os.ReadFile(path)
	if err != nil {
		return app{}, err
	}
	env, err := parseEnv(string(text))
	if err != nil {
		return app{}, fmt.Errorf("can't parse %s: %w", path, err)
	}
	recipe, version, _ := strings.Cut(env[recipeKey(env)], ":")
	return app{
		domain: domain, server: server, path: path, text: string(text), env: env,
		recipe: recipe, version: version, stack: or(env["STACK_NAME"], stackOf(domain)),
	}, nil
}

func stackOf(domain string) string {
	stack := strings.ReplaceAll(domain, ".", "_")
	return strings.TrimRight(stack[:min(len(stack), 45)], "_")
}

func fileNames(folder string) []string {
	entries, _ := os.ReadDir(folder)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
