package io.shardsum.hosts;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.sql.SparkSession;

/** The hosts that have an executor now, as Spark calls them. */
public final class PresentHosts {

  private PresentHosts() {}

  /** Those of a session's cluster; of a local master this host. */
  public static Set<String> of(SparkSession session) {
    String driver = ExecutorHost.sparkName();
    if (session.sparkContext().isLocal()) {
      return Set.of(driver);
    }
    int driverPort = SparkEnv.get().blockManager().blockManagerId().port();
    return Arrays.stream(session.sparkContext().statusTracker().getExecutorInfos())
        .filter(info -> info.port() != driverPort || !info.host().equals(driver))
        .map(SparkExecutorInfo::host)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
