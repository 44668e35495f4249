# Where the job's classes are, and how they come there; launch.sh and install read this.
# In the source tree Maven builds them into target/; an installation (jobs/install, or an unpacked release) has all of them in lib/.

fail() {
  echo "shardsum: $1" >&2
  exit "${2:-1}"
}

# Sets where things are in a directory: of the source tree, or an installation.
locate() {
  home=$1
  lib=$home/target
  [ ! -d "$home/lib" ] || lib=$home/lib
  jar=$lib/shardsum.jar
  archive=$lib/shardsum.jsa
}

is_installed() {
  [ "$lib" = "$home/lib" ]
}

maven() {
  command -v mvn >/dev/null || fail "Cannot build: expected Maven (mvn) on the PATH, found none"
  (cd "$home" && mvn -q -B -ntp -Dstyle.color=never "$@") 2>&1 | sed 's/\x1b\[[0-9;]*m//g'
}

# Whether the jar holds what Maven's profile gpu compiles.
holds_gpu() {
  [ -e "$jar" ] && grep -q -a -F io/shardsum/gpu/GpuChunkSum.class "$jar"
}

build() {
  local profile=()
  if is_installed; then
    [ -n "${SPARK_HOME:-}" ] || [ -s "$lib/spark.classpath" ] ||
      fail "Cannot start Spark: expected an installation of Spark in SPARK_HOME, or the jars of Spark in $lib, found neither: run jobs/fetch-spark once" 2
    [ -z "$gpu" ] || holds_gpu || fail "--gpu: expected an installation for GPUs (jobs/install --gpu DIR), found one for CPUs" 2
    return
  fi
  if [ -n "$gpu" ] || holds_gpu; then
    profile=(-Pgpu)
  fi
  if [ -e "$jar" ] && { [ -z "$gpu" ] || holds_gpu; } &&
    [ -z "$(find "$home/src/main" "$home/src/vector" "$home/src/sigstore" "$home/src/gpu" "$home/pom.xml" -newer "$jar" -print -quit 2>/dev/null)" ]; then
    return
  fi
  rm -f "$home/target/classes/io/shardsum/checksum/VectorLoops.class" # it has constants of other classes
  echo "Building Shardsum (once, about a minute${gpu:+, and 575 MB to fetch})..." >&2
  maven ${profile[@]+"${profile[@]}"} -Dmaven.test.skip=true -Dspotless.check.skip=true -Dassembly.skipAssembly=true package >&2 || exit 1
}

# Java's command: JAVA_HOME's, or that of the PATH; and whether it has the Vector API.
find_java() {
  java=${JAVA_HOME:+$JAVA_HOME/bin/}java
  command -v "$java" >/dev/null || fail "Cannot start Java: expected Java 17 or newer in JAVA_HOME or on the PATH, found no $java" 2
  local release version major
  vector_options=()
  release=$(dirname "$(dirname "$(readlink -f "$(command -v "$java")")")")/release
  if [ -r "$release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\(.*\)".*/\1/p' "$release")
    ! grep -q '^MODULES=.*[" ]jdk\.incubator\.vector[" ]' "$release" || vector_options=("@$home/conf/jvm-vector.options")
  else
    version=$("$java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p')
  fi
  major=${version#1.}
  major=${major%%[!0-9]*}
  [ -z "$major" ] || [ "$major" -ge 17 ] || fail "Cannot start Java: expected version 17 or newer, found $version ($java)" 2
}

# The jars of Spark, which the source tree takes from Maven's repository, and the job's.
class_path_of_spark() {
  local jars
  jars=$(cat "$lib/spark.classpath")
  if is_installed; then
    jars=$lib/${jars//:/:$lib/}
  fi
  echo "$jars:$jar"
}

# Class data sharing: a small scan, run once, leaves the loaded classes in a file that halves every later start.
# It fits the class path that it was made with, so each directory has its own. Without a fleet to scan, it is the demo's.
archive_classes() {
  local fleet=${1-} tables=$lib/first-scan
  local scan=(--shards "$fleet" --out "$tables")
  [ -n "$fleet" ] || scan=(--demo --demo-dir "$tables")
  if [ ! -w "$lib" ] || { [ -n "$fleet" ] && [ ! -d "$fleet" ]; } || { [ -e "$archive" ] && [ "$archive" -nt "$jar" ]; }; then
    return
  fi
  echo "Making later starts faster (once, some seconds)..." >&2
  "$java" "@$home/conf/jvm.options" ${vector_options[@]+"${vector_options[@]}"} -Xmx1g "-Dlog4j2.configurationFile=$home/conf/log4j2.properties" \
    "-XX:ArchiveClassesAtExit=$archive.$$" -cp "$(class_path_of_spark)" \
    org.apache.spark.deploy.SparkSubmit --properties-file "$home/conf/local.conf" --class io.shardsum.cli.Main "$jar" \
    fleet-scan "${scan[@]}" >/dev/null 2>&1 || true
  rm -rf "$tables"
  [ -e "$archive.$$" ] || : >"$archive.$$"
  mv -f "$archive.$$" "$archive"
}
