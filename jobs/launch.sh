#!/usr/bin/env bash
# Starts a command of Shardsum: launch.sh COMMAND [ARG ...]
# Arguments that spark-submit knows go to Spark, --gpu (but of expect) and --rapids-jar FILE are for here, all others go to the command.
# With SPARK_HOME set, its spark-submit runs the job; otherwise Spark from the Maven class path does, in this process.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jar=$home/target/shardsum.jar

fail() {
  echo "shardsum: $1" >&2
  exit "${2:-1}"
}

maven() {
  command -v mvn >/dev/null || fail "Cannot build: expected Maven (mvn) on the PATH, found none"
  (cd "$home" && mvn -q -B -ntp -Dstyle.color=never "$@") 2>&1 | sed 's/\x1b\[[0-9;]*m//g'
}

# Whether the jar holds what Maven's profile gpu compiles: any class of the source root src/gpu.
holds_gpu() {
  local source
  source=$(find "$home/src/gpu/java" -name '[A-Z]*.java' -print -quit 2>/dev/null)
  source=${source#"$home/src/gpu/java/"}
  [ -e "$jar" ] && grep -q -a -F "${source%.java}.class" "$jar"
}

build() {
  local profile=()
  if [ -n "$gpu" ] || holds_gpu; then
    profile=(-Pgpu)
  fi
  if [ -e "$jar" ] && { [ -z "$gpu" ] || holds_gpu; } &&
    [ -z "$(find "$home/src/main" "$home/src/gpu" "$home/pom.xml" -newer "$jar" -print -quit 2>/dev/null)" ]; then
    return
  fi
  echo "Building Shardsum (once, about a minute${gpu:+, and 575 MB to fetch})..." >&2
  maven ${profile[@]+"${profile[@]}"} -Dmaven.test.skip=true -Dspotless.check.skip=true package >&2 || exit 1
}

# Class data sharing: a small scan, run once, leaves the loaded classes in a file that halves every later start.
archive_classes() {
  if [ ! -w "$home/target" ] || { [ -e "$archive" ] && [ "$archive" -nt "$jar" ]; }; then
    return
  fi
  echo "Preparing fast starts (once)..." >&2
  "${java[@]}" "-XX:ArchiveClassesAtExit=$archive.$$" -cp "$spark_class_path" "${submit[@]}" --class io.shardsum.cli.Main "$jar" \
    fleet-scan --shards "$home/src/test/resources/golden/engines" --out "$home/target/first-scan" >/dev/null 2>&1 || true
  [ -e "$archive.$$" ] || : >"$archive.$$"
  mv -f "$archive.$$" "$archive"
}

memory=1g
java_options=()
gpu=
rapids_jar=
master=
properties=
jars=
files=
class_path=()
gpu_conf=()
spark=()
own=()
while [ $# -gt 0 ]; do
  case ${1%%=*} in
    --master | --deploy-mode | --conf | -c | --properties-file | --name | --jars | --packages | --files | --archives | \
    --driver-memory | --driver-java-options | --driver-class-path | --driver-cores | --executor-memory | \
    --executor-cores | --total-executor-cores | --num-executors | --queue | --principal | --keytab | --proxy-user | \
    --rapids-jar)
      if [[ $1 == --*=* ]]; then
        option=${1%%=*} value=${1#*=}
        shift
      else
        [ $# -ge 2 ] || fail "Expected a value behind $1" 2
        option=$1 value=$2
        shift 2
      fi
      case $option in
        --driver-memory) memory=$value ;;
        --driver-java-options) read -ra java_options <<<"$value" ;;
        --master) master=$value ;;
        --conf | -c) [[ $value != spark.master=* ]] || master=${master:-${value#*=}} ;;
        --properties-file) properties=$value ;;
      esac
      case $option in
        --jars) jars=$value ;;
        --files) files=$value ;;
        --rapids-jar) rapids_jar=$value ;;
        *) spark+=("$option" "$value") ;;
      esac
      ;;
    --supervise | --verbose)
      spark+=("$1")
      shift
      ;;
    --gpu)
      if [ "${own[0]-}" = expect ]; then # there it is a kind of GPU
        own+=("$1")
      else
        [ "$1" = --gpu ] || fail "--gpu takes no value, found $1" 2
        gpu=yes
      fi
      shift
      ;;
    *)
      own+=("$1")
      shift
      ;;
  esac
done
[ -z "$rapids_jar" ] || [ -n "$gpu" ] || fail "--rapids-jar goes with --gpu" 2

if [ -n "$gpu" ]; then
  . "$home/jobs/gpu.sh"
  prepare_gpu
fi
build
[ -z "$jars" ] || spark+=(--jars "$jars")
[ -z "$files" ] || spark+=(--files "$files")
spark=(${gpu_conf[@]+"${gpu_conf[@]}"} ${spark[@]+"${spark[@]}"})
[ ! -t 2 ] || export SHARDSUM_TERMINAL=1
log=-Dlog4j2.configurationFile=$home/conf/log4j2.properties

if [ -n "${SPARK_HOME:-}" ]; then
  spark_submit=$SPARK_HOME/bin/spark-submit
  [ -x "$spark_submit" ] || fail "Cannot start Spark: expected $spark_submit, as SPARK_HOME says, found none"
  # Options of this virtual machine alone; --driver-java-options would displace those of a properties file.
  export SPARK_SUBMIT_OPTS="\"$log\" ${SPARK_SUBMIT_OPTS:-}"
  exec "$spark_submit" ${spark[@]+"${spark[@]}"} --class io.shardsum.cli.Main "$jar" ${own[@]+"${own[@]}"}
fi

java=("${JAVA_HOME:+$JAVA_HOME/bin/}java" "@$home/conf/jvm.options" "-Xmx$memory" "$log")
spark_class_path=$(cat "$home/target/spark.classpath"):$jar
submit=(org.apache.spark.deploy.SparkSubmit --properties-file "$home/conf/local.conf")
archive=$home/target/shardsum.jsa
archive_classes
[ ! -s "$archive" ] || java+=("-XX:SharedArchiveFile=$archive")
case ${own[0]-} in
  drift-report | retention) java+=("@$home/conf/jvm-tables.options") ;;
esac
exec "${java[@]}" ${java_options[@]+"${java_options[@]}"} -cp "$spark_class_path${class_path[0]:+:${class_path[0]}}" \
  "${submit[@]}" ${spark[@]+"${spark[@]}"} --class io.shardsum.cli.Main "$jar" ${own[@]+"${own[@]}"}
