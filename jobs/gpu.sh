# What --gpu adds to a start; launch.sh reads this.

# The jar of the RAPIDS Accelerator: what --rapids-jar says, else where Maven's profile gpu finds it.
resolve_rapids() {
  case $rapids_jar in
    '') ;;
    *:/*) return ;; # where executors find it: local:///opt/rapids.jar, hdfs://...
    *)
      [ -f "$rapids_jar" ] || fail "Cannot find the RAPIDS Accelerator: expected its jar at $rapids_jar, as --rapids-jar says, found none"
      rapids_jar=$(cd "$(dirname "$rapids_jar")" && pwd)/$(basename "$rapids_jar")
      return
      ;;
  esac
  local found=$home/target/rapids.classpath said
  ! is_installed || fail "Cannot find the RAPIDS Accelerator: expected --rapids-jar FILE, as an installation does not hold its jar" 2
  if [ ! -s "$found" ] || [ "$home/pom.xml" -nt "$found" ] || [ ! -f "$(cat "$found")" ]; then
    said=$(maven -Pgpu dependency:build-classpath -DincludeArtifactIds="rapids-4-spark_2.13" -Dmdep.outputFile="$found") ||
      fail "Cannot find the RAPIDS Accelerator: expected --rapids-jar FILE, or Maven to fetch it: $(grep -m 1 ERROR <<<"$said" || true)"
  fi
  [ -s "$found" ] || fail "Cannot find the RAPIDS Accelerator: expected --rapids-jar FILE, or a dependency of Maven's profile gpu, found none"
  rapids_jar=$(cat "$found")
}

# What runs the scan's tasks, which decides how they come to their GPUs.
place() {
  case $master in
    spark://*) echo standalone ;;
    k8s://*) echo kubernetes ;;
    yarn) echo yarn ;;
    *) echo local ;;
  esac
}

# Adds the settings of a file to gpu_conf; what a user says comes behind them and wins.
apply() {
  local key value
  while read -r key value; do
    case $key in
      '' | '#'*) ;;
      # A local master never starts a task that needs a resource of executors: the process has the GPU.
      spark.executor.resource.* | spark.task.resource.*)
        [ "$(place)" = local ] || gpu_conf+=(--conf "$key=$value")
        ;;
      *) gpu_conf+=(--conf "$key=$value") ;;
    esac
  done <"$1"
}

# The oldest driver of NVIDIA on which the libraries in the RAPIDS jar run: that of their CUDA, 13.
driver_release=580

# Refuses a driver that is too old; what the plugin says of it is many lines long.
require_driver() {
  local found
  found=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>&1 | head -n 1) || true
  [[ ! $found =~ ^([0-9]+)\. ]] || [ "${BASH_REMATCH[1]}" -ge "$driver_release" ] ||
    fail "Cannot hash on a GPU: expected an NVIDIA driver of release $driver_release or newer, found $found ($(uname -n))"
}

# Refuses a RAPIDS jar that does not know the release of Spark: it has a folder for each that it knows.
require_rapids_for_spark() {
  local jars release
  [[ $rapids_jar != *:/* ]] || return 0 # it is where executors find it
  jars=${SPARK_HOME:+$(echo "$SPARK_HOME"/jars/spark-core_*.jar)}
  release=$(grep -o 'spark-core_[0-9.]*-[0-9.]*[0-9]' <<<"${jars:-$(cat "$lib/spark.classpath")}" | head -n 1) || return 0
  release=${release##*-}
  grep -q -a -F "spark${release//./}/" "$rapids_jar" ||
    fail "Cannot hash on a GPU: expected a jar of the RAPIDS Accelerator for Spark $release, found one for other releases: $rapids_jar"
}

# Settings, jar and GPU of a scan with --gpu.
prepare_gpu() {
  if [ "$(place)" = local ]; then
    # One process is one executor, so it has one GPU: the first that may be used.
    export CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES:-0}
    export CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES%%,*}
    "$home/conf/discover-gpus.sh" >/dev/null || exit 1
    require_driver
    gpu_conf+=(--conf spark.driver.resource.gpu.amount=1
      --conf "spark.driver.resource.gpu.discoveryScript=$home/conf/discover-gpus.sh")
  fi
  resolve_rapids
  apply "$home/conf/gpu.conf"
  [ ! -e "$home/conf/gpu-$(place).conf" ] || apply "$home/conf/gpu-$(place).conf"
  [ "$(place)" != yarn ] || files=$home/conf/discover-gpus.sh${files:+,$files}
  if [ "$(place)" = local ] && [ -z "${SPARK_HOME:-}" ]; then
    class_path+=("$rapids_jar") # as it lies: Spark would copy it at every start
  else
    jars=$rapids_jar${jars:+,$jars}
  fi
}
