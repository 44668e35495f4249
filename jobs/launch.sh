#!/usr/bin/env bash
# Starts a command of Shardsum: launch.sh COMMAND [ARG ...]
# Arguments that spark-submit knows go to Spark, --gpu (but of expect) and --rapids-jar FILE are for here, all others go to the command.
# With SPARK_HOME set, its spark-submit runs the job; otherwise Spark from the Maven class path does, in this process.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/build.sh"
locate "$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"

# The minor release of Spark that the job is built for.
spark_release=4.1

# A setting's value in a properties file.
setting() {
  sed -nE "s/^[[:space:]]*${1//./\\.}[[:space:]=:]+(.*[^[:space:]])[[:space:]]*\$/\1/p" "$2" | tail -n 1
}

# Refuses a value of an option of Spark's that Spark itself would answer with a stack trace.
require_value() {
  case $1 in
    --conf | -c) [[ $2 == ?*=* ]] || fail "--conf: expected KEY=VALUE, found ${2@Q}" 2 ;;
    --properties-file) [ -f "$2" ] && [ -r "$2" ] || fail "--properties-file: expected a file that can be read, found ${2@Q}" 2 ;;
    --driver-memory | --executor-memory)
      [[ $2 =~ ^[1-9][0-9]*[kKmMgGtT][bB]?$ ]] || fail "$1: expected a number with m or g, such as 4g, found ${2@Q}" 2
      ;;
  esac
}

require_master() {
  local threads='^local(\[(\*|[1-9][0-9]*)(, *[0-9]+)?\])?$'
  local standalone='^spark://[^/, ]+:[0-9]+(,[^/, ]+:[0-9]+)*$'
  case $master in
    local-cluster\[*\]) ;;
    local*) [[ $master =~ $threads ]] || refuse_master ;;
    spark://*) [[ $master =~ $standalone ]] || refuse_master ;;
    yarn | k8s://?*)
      [ -n "${SPARK_HOME:-}" ] || fail "--master $master: expected SPARK_HOME, an installation of Spark $spark_release, found none" 2
      [ "$master" != yarn ] || [ -d "${HADOOP_CONF_DIR:-}" ] || [ -d "${YARN_CONF_DIR:-}" ] ||
        fail "--master yarn: expected the cluster's settings in HADOOP_CONF_DIR or YARN_CONF_DIR, found neither" 2
      ;;
    *) refuse_master ;;
  esac
}

refuse_master() {
  fail "--master: expected local, local[N], spark://HOST:PORT, yarn or k8s://HOST:PORT, found ${master@Q}" 2
}

require_spark() {
  [ -x "$SPARK_HOME/bin/spark-submit" ] || fail "Cannot start Spark: expected $SPARK_HOME/bin/spark-submit, as SPARK_HOME says, found none" 2
  local core found=
  for core in "$SPARK_HOME"/jars/spark-core_*.jar; do
    found=${core##*/spark-core_}
    found=${found#*-}
    found=${found%.jar}
  done
  if [ "$found" = '*' ]; then
    found=$(sed -n 's/^Spark \([^ ]*\).*/\1/p' "$SPARK_HOME/RELEASE" 2>/dev/null || true)
  fi
  case $found in
    "$spark_release".* | '') ;; # where nothing says it, the job itself looks
    *) fail "Cannot run on the Spark of SPARK_HOME ($SPARK_HOME): expected version $spark_release, found $found" 2 ;;
  esac
}

# Jars for this process are on its class path as they lie: Spark would copy them at every start, 640 MB for S3.
add_jars() {
  local listed=() jar
  if [ -n "${SPARK_HOME:-}" ] || [[ ! $master =~ ^(local(\[[^]]*\])?)?$ ]] || [[ $jars == *:* ]]; then
    [ -z "$jars" ] || spark+=(--jars "$jars")
    return
  fi
  IFS=, read -ra listed <<<"$jars"
  for jar in ${listed[@]+"${listed[@]}"}; do
    [ -f "$jar" ] && [ -r "$jar" ] || fail "--jars: expected files that can be read, with commas between, found ${jar@Q}" 2
    class_path+=("$jar")
  done
}

# Lines without Java's warning of an incubating module, the Vector API, upon which nobody can act.
without_incubating() {
  trap '' HUP INT TERM
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    [[ $line == 'WARNING: Using incubator modules: '* ]] || printf '%s\n' "$line"
  done
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
    --master | --deploy-mode | --conf | -c | --properties-file | --name | --jars | --packages | --exclude-packages | \
    --repositories | --py-files | --files | --archives | --driver-memory | --driver-java-options | \
    --driver-library-path | --driver-class-path | --driver-cores | --executor-memory | \
    --executor-cores | --total-executor-cores | --num-executors | --queue | --principal | --keytab | --proxy-user | \
    --rapids-jar)
      if [[ $1 == --*=* ]]; then
        option=${1%%=*} value=${1#*=}
        shift
      else
        [ $# -ge 2 ] || fail "$1: expected a value after it, found none" 2
        option=$1 value=$2
        shift 2
      fi
      require_value "$option" "$value"
      case $option in
        --driver-memory) memory=${value%[bB]} ;;
        --driver-java-options) read -ra java_options <<<"$value" ;;
        --master)
          master=$value
          require_master
          ;;
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
    --supervise | --verbose | --load-spark-defaults)
      spark+=("$1")
      shift
      ;;
    --gpu)
      if [ "${own[0]-}" = expect ]; then # there it is a kind of GPU
        own+=("$1")
      else
        [ "$1" = --gpu ] || fail "--gpu: expected no value, found $1" 2
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
[ -z "$rapids_jar" ] || [ -n "$gpu" ] || fail "--rapids-jar: expected --gpu as well, found none" 2
[ -n "$master" ] || [ -z "$properties" ] || master=$(setting spark.master "$properties")
[ -z "$master" ] || require_master
[ -z "${SPARK_HOME:-}" ] || require_spark
find_java

if [ -n "$gpu" ]; then
  . "$home/jobs/gpu.sh"
  prepare_gpu
fi
build
[ -z "$gpu" ] || require_rapids_for_spark
add_jars
[ -z "$files" ] || spark+=(--files "$files")
spark=(${gpu_conf[@]+"${gpu_conf[@]}"} ${spark[@]+"${spark[@]}"})
[ ! -t 2 ] || [ "${TERM-}" = dumb ] || export SHARDSUM_TERMINAL=1
# Where the job itself writes its standard error; what Java says there before is filtered.
export SHARDSUM_STDERR=3
log=-Dlog4j2.configurationFile=$home/conf/log4j2.properties

if [ -n "${SPARK_HOME:-}" ]; then
  # Options of this virtual machine alone; --driver-java-options would displace those of a properties file.
  export SPARK_SUBMIT_OPTS="\"$log\" ${SPARK_SUBMIT_OPTS:-}"
  exec "$SPARK_HOME/bin/spark-submit" ${spark[@]+"${spark[@]}"} --class io.shardsum.cli.Main "$jar" ${own[@]+"${own[@]}"} \
    3>&2 2> >(without_incubating >&2)
fi

# What conf/local.conf says, the user's file may say otherwise, and needs not say again.
local_conf=()
if [ -z "$properties" ]; then
  local_conf=(--properties-file "$home/conf/local.conf")
else
  while read -r key value; do
    case $key in
      '' | '#'*) ;;
      *) [ -n "$(setting "$key" "$properties")" ] || local_conf+=(--conf "$key=$value") ;;
    esac
  done <"$home/conf/local.conf"
fi

options=("@$home/conf/jvm.options" "-Xmx$memory" "$log")
archive_classes "$home/src/test/resources/golden/engines"
[ ! -s "$archive" ] || options+=("-XX:SharedArchiveFile=$archive")
case ${own[0]-} in
  fleet-scan)
    # On a cluster the executors hash, as conf/standalone.conf says, and this process does not.
    [[ $master =~ ^(local(\[[^]]*\])?)?$ ]] || vector_options=()
    options+=(${vector_options[@]+"${vector_options[@]}"})
    ;;
  drift-report | retention | sign | verify-report | versions) options+=("@$home/conf/jvm-tables.options") ;;
esac
class_path=("$(class_path_of_spark)" ${class_path[@]+"${class_path[@]}"})
exec "$java" "${options[@]}" ${java_options[@]+"${java_options[@]}"} -cp "$(IFS=: && echo "${class_path[*]}")" \
  org.apache.spark.deploy.SparkSubmit "${local_conf[@]}" ${spark[@]+"${spark[@]}"} --class io.shardsum.cli.Main "$jar" ${own[@]+"${own[@]}"} \
  3>&2 2> >(without_incubating >&2)
