# docker buildx bake            images for this machine
# docker buildx bake release    images for amd64 and arm64, for a registry: --push
variable "IMAGES" {
  default     = "cartload"
  description = "What the images' names begin with: a registry and a path, or just a word."
}

variable "VERSION" {
  default = "0.1.0"
}

variable "REVISION" {
  default     = "unknown"
  description = "The commit that is built."
}

group "default" {
  targets = ["images"]
}

target "images" {
  name   = service
  matrix = { service = ["gateway", "auth", "generator", "writer", "notifier", "shop", "setup"] }
  args   = { SERVICE = service, VERSION = VERSION, REVISION = REVISION }
  tags   = ["${IMAGES}/${service}:${VERSION}"]
}

target "release" {
  name      = "release-${service}"
  matrix    = { service = ["gateway", "auth", "generator", "writer", "notifier", "shop", "setup"] }
  inherits  = [service]
  platforms = ["linux/amd64", "linux/arm64"]
}
