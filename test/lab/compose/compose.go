// Package compose loads compose files with docker's own loader, as `docker stack deploy` does.
package compose

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/docker/cli/cli/compose/loader"
	"github.com/docker/cli/cli/compose/schema"
	"github.com/docker/cli/cli/compose/types"
)

// Read parses the files, whose names are relative to dir. Relative paths in them start at the first file's folder.
func Read(dir string, files []string, env map[string]string) (types.ConfigDetails, error) {
	details := types.ConfigDetails{WorkingDir: dir, Environment: env}
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return details, err
		}
		parsed, err := loader.ParseYAML(text)
		if err != nil {
			return details, fmt.Errorf("%s: %w", name, err)
		}
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: name, Config: parsed})
	}
	if len(files) > 0 {
		details.WorkingDir = filepath.Dir(filepath.Join(dir, files[0]))
		details.Version = schema.Version(details.ConfigFiles[0].Config)
	}
	return details, nil
}

// Load interpolates, validates and merges the files.
func Load(details types.ConfigDetails) (*types.Config, error) {
	return loader.Load(details)
}
