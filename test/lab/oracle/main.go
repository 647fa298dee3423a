// Command oracle prints how genuine readers understand .env and compose files, as JSON on standard output.
//
//	oracle env < file
//	oracle compose <<< '{"dir": "…", "files": ["compose.yml"], "env": {"DOMAIN": "…"}}'
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/docker/cli/cli/compose/loader"
	"github.com/docker/cli/cli/compose/schema"
	"github.com/docker/cli/cli/compose/types"
	"github.com/joho/godotenv"
)

type request struct {
	Dir   string            `json:"dir"`
	Files []string          `json:"files"`
	Env   map[string]string `json:"env"`
}

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("usage: oracle env|compose"))
	}
	var answer any
	var err error
	switch os.Args[1] {
	case "env":
		answer, err = godotenv.Parse(os.Stdin)
	case "compose":
		answer, err = compose()
	default:
		err = fmt.Errorf("expected env or compose, got %s", os.Args[1])
	}
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		fail(err)
	}
}

func compose() (any, error) {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		return nil, err
	}
	details := types.ConfigDetails{WorkingDir: asked.Dir, Environment: asked.Env}
	for _, name := range asked.Files {
		text, err := os.ReadFile(filepath.Join(asked.Dir, name))
		if err != nil {
			return nil, err
		}
		parsed, err := loader.ParseYAML(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: name, Config: parsed})
	}
	if len(details.ConfigFiles) > 0 {
		details.Version = schema.Version(details.ConfigFiles[0].Config)
	}
	return loader.Load(details)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
