#!/usr/bin/env bash
# Starts a command of Shardsum: launch.sh COMMAND [ARG ...]
# Arguments that spark-submit knows go to Spark, all others to the command.
# With SPARK_HOME set, its spark-submit runs the job; otherwise Spark from the Maven class path does, in this process.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jar=$home/target/shardsum.jar

build() {
  if [ -e "$jar" ] && [ -z "$(find "$home/src/main" "$home/pom.xml" -newer "$jar" -print -quit 2>/dev/null)" ]; then
    return
  fi
  command -v mvn >/dev/null || { echo "shardsum: Cannot build: expected Maven (mvn) on the PATH, found none" >&2; exit 1; }
  echo "Building Shardsum (once, about a minute)..." >&2
  (cd "$home" && mvn -q -B -ntp -Dstyle.color=never -Dmaven.test.skip=true -Dspotless.check.skip=true package) 2>&1 |
    sed 's/\x1b\[[0-9;]*m//g' >&2 || exit 1
}

# Class data sharing: a small scan, run once, leaves the loaded classes in a file that halves every later start.
archive_classes() {
  if [ ! -w "$home/target" ] || { [ -e "$archive" ] && [ "$archive" -nt "$jar" ]; }; then
    return
  fi
  echo "Preparing fast starts (once)..." >&2
  "${java[@]}" "-XX:ArchiveClassesAtExit=$archive.$$" "${submit[@]}" --class io.shardsum.cli.Main "$jar" fleet-scan \
    --shards "$home/src/test/resources/golden/engines" --out "$home/target/first-scan" >/dev/null 2>&1 || true
  [ -e "$archive.$$" ] || : >"$archive.$$"
  mv -f "$archive.$$" "$archive"
}

memory=1g
java_options=()
spark=()
own=()
while [ $# -gt 0 ]; do
  case ${1%%=*} in
    --master | --deploy-mode | --conf | -c | --properties-file | --name | --jars | --packages | --files | --archives | \
    --driver-memory | --driver-java-options | --driver-class-path | --driver-cores | --executor-memory | \
    --executor-cores | --total-executor-cores | --num-executors | --queue | --principal | --keytab | --proxy-user)
      if [[ $1 == --*=* ]]; then
        option=${1%%=*} value=${1#*=}
        shift
      else
        [ $# -ge 2 ] || { echo "shardsum: Expected a value behind $1" >&2; exit 2; }
        option=$1 value=$2
        shift 2
      fi
      case $option in
        --driver-memory) memory=$value ;;
        --driver-java-options) read -ra java_options <<<"$value" ;;
      esac
      spark+=("$option" "$value")
      ;;
    --supervise | --verbose)
      spark+=("$1")
      shift
      ;;
    *)
      own+=("$1")
      shift
      ;;
  esac
done

build
[ ! -t 2 ] || export SHARDSUM_TERMINAL=1
log=-Dlog4j2.configurationFile=$home/conf/log4j2.properties

if [ -n "${SPARK_HOME:-}" ]; then
  spark_submit=$SPARK_HOME/bin/spark-submit
  [ -x "$spark_submit" ] || { echo "shardsum: Cannot start Spark: expected $spark_submit, as SPARK_HOME says, found none" >&2; exit 1; }
  # Options of this virtual machine alone; --driver-java-options would displace those of a properties file.
  export SPARK_SUBMIT_OPTS="\"$log\" ${SPARK_SUBMIT_OPTS:-}"
  exec "$spark_submit" ${spark[@]+"${spark[@]}"} --class io.shardsum.cli.Main "$jar" ${own[@]+"${own[@]}"}
fi

java=("${JAVA_HOME:+$JAVA_HOME/bin/}java" "@$home/conf/jvm.options" "-Xmx$memory" "$log")
submit=(-cp "$(cat "$home/target/spark.classpath"):$jar" org.apache.spark.deploy.SparkSubmit
  --properties-file "$home/conf/local.conf")
archive=$home/target/shardsum.jsa
archive_classes
[ ! -s "$archive" ] || java+=("-XX:SharedArchiveFile=$archive")
exec "${java[@]}" ${java_options[@]+"${java_options[@]}"} "${submit[@]}" ${spark[@]+"${spark[@]}"} --class io.shardsum.cli.Main "$jar" ${own[@]+"${own[@]}"}
