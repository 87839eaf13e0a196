// The module archives that hold the C++ headers which the server's own archive
// lacks. See ../build-ollama.sh.
module github.com/nightpress/nightpress/tools/headers

go 1.26.0

require (
	github.com/gen2brain/malgo v0.11.24 // miniaudio.h
	github.com/ollama/ollama v0.9.0 // json.hpp and stb_image.h, before they moved to a folder named vendor
)
