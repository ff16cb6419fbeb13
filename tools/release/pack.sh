#!/bin/bash
# Packs programs so that they run on a bare Debian 12, or on another Linux with its C library or a newer one: in bin/ the
# programs, in lib/ all shared libraries that they want but for those of the C library, and what the licences want said.
#   pack MANIFEST CHANGELOG OUTPUT
# Lines of MANIFEST: `program PATH`; `library PATH`, of no Debian package; `licence PATH`, of such a library, below a folder
# licences/; `package NAME`, a Debian package that is linked statically; `file PATH PLACE`, anything else.
set -eu -o pipefail
manifest=$1
changelog=$2
output=$3
version=$(sed -n 's/^## //p' "$changelog" | sed -n 1p)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
root=$tree/retort-$version
mkdir -p "$root/bin" "$root/lib" "$root/licences"

# place <file> <path in the package>
place() {
  mkdir -p "$(dirname "$root/$2")"
  cp -L "$1" "$root/$2"
  chmod u+w "$root/$2"
}

# The system's libraries that the programs want, but for those of the C library, which belong to the machine's kernel.
system_libraries() {
  for program in "$root"/bin/*; do LD_LIBRARY_PATH=$root/lib ldd "$program"; done |
    sed -n 's,.* => \(/[^ ]*\) (.*,\1,p' | grep -v "^$root/" | grep -vE '/(lib(c|m|dl|rt|util|pthread|resolv)\.so|ld-linux)' | sort -u
}

# package_of <path>: the Debian package that a file belongs to, whose folder may be known with or without /usr.
package_of() {
  local real
  real=$(readlink -f "$1")
  { dpkg-query -S "$1" "$real" "/usr$1" "${real#/usr}" 2>/dev/null || true; } | sed -n '1s/:.*//p'
}

# list_licence <library> <how it is there> <file below licences/>: its line in the list.
list_licence() { printf '| %s | %s | [licence](licences/%s) |\n' "$1" "$2" "$3" >> "$root/LICENCES.md"; }

# name_package <package> <how>: its licence, and its line in the list.
name_package() {
  place "/usr/share/doc/$1/copyright" "licences/$1"
  list_licence "$1 $(dpkg-query -W -f '${Version}' "$1")" "$2" "$1"
}

cat > "$root/LICENCES.md" <<'LIST'
# Licences

retort is Apache-2.0 ([LICENSE](LICENSE)). What it comes with has licences of its own; texts and models below `data` are named in [data/README.md](data/README.md).

| library | how it is there | its licence |
| --- | --- | --- |
LIST
while read -r kind path destination; do
  case $kind in
    program)
      place "$path" "bin/$(basename "$path")"
      strip "$root/bin/$(basename "$path")"
      patchelf --set-rpath '$ORIGIN/../lib' "$root/bin/$(basename "$path")"
      ;;
    library) place "$path" "lib/$(basename "$path")" ;;
    file) place "$path" "$destination" ;;
    package) name_package "$path" 'linked into the programs' ;;
    licence)
      name=${path#*/licences/}
      place "$path" "licences/$name"
      list_licence "${name%%.dist-info*}" 'in `lib`' "$name"
      ;;
    *)
      echo "$manifest: want program, library, licence, package or file, got \"$kind\"" >&2
      exit 1
      ;;
  esac
done < "$manifest"

packages=
for library in $(system_libraries); do
  place "$library" "lib/$(basename "$library")"
  # What wants no library has no place for where they are.
  if readelf -d "$library" | grep -q NEEDED; then patchelf --set-rpath '$ORIGIN' "$root/lib/$(basename "$library")"; fi
  packages="$packages $(package_of "$library")"
done
for package in $(echo "$packages" | tr ' ' '\n' | sort -u); do name_package "$package" 'in `lib`'; done

missing=$(for program in "$root"/bin/*; do ldd "$program"; done | grep -E 'not found' || true)
[ -z "$missing" ] || { echo "the programs want libraries that are nowhere: $missing" >&2; exit 1; }
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$tree" -cf - "retort-$version" | gzip -n > "$output"
