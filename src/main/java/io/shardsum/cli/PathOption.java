package io.shardsum.cli;

import io.shardsum.exit.JobFault;
import io.shardsum.exit.UsageException;
import io.shardsum.fleet.Connectors;
import io.shardsum.io.FailureReason;
import io.shardsum.io.StoreEndpoint;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;

/** The value of an option that is a path of any Hadoop file system. */
final class PathOption {

  private PathOption() {}

  /**
   * Checks that it is a path, that there is a connector for it, and that its store can be reached.
   *
   * @throws JobFault if nobody listens at the endpoint of the store
   * @throws UsageException if it is not
   * @throws io.shardsum.fleet.FleetException if there is none
   */
  static void require(String option, String path) {
    try {
      new Path(path);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "%s: not a path: %s: %s"
              .formatted(option, TerminalText.line(path), TerminalText.line(e.getMessage())));
    }
    Configuration conf = conf();
    Connectors.require(option, path, conf);
    try {
      StoreEndpoint.requireAnswers(path, conf);
    } catch (IOException e) {
      throw new JobFault(
          "%s: cannot reach %s: %s"
              .formatted(option, TerminalText.line(path), TerminalText.line(FailureReason.of(e))),
          e);
    }
  }

  /** Of the session that is there, or of the one that there will be. */
  private static Configuration conf() {
    return SparkSession.getDefaultSession().isDefined()
        ? SparkSession.getDefaultSession().get().sparkContext().hadoopConfiguration()
        : SparkHadoopUtil.get().newConfiguration(new SparkConf());
  }
}
