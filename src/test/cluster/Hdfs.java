import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/**
 * An HDFS on loopback, in this process: {@code Hdfs DIRECTORY HOST...}, with a DataNode for each host
 * that says that it is there. Prints its URI. Each line of standard input is a command, which is
 * printed again when it is done: {@code put LOCAL PATH}, or {@code chmod MODE PATH}. Ends with its
 * standard input.
 */
public final class Hdfs {
  private static final int BLOCK_BYTES = 1 << 20;

  private Hdfs() {}

  public static void main(String[] arguments) throws Exception {
    String[] hosts = new String[arguments.length - 1];
    System.arraycopy(arguments, 1, hosts, 0, hosts.length);
    Configuration configuration = new Configuration();
    configuration.setInt("dfs.replication", 1);
    configuration.setInt("dfs.blocksize", BLOCK_BYTES);
    configuration.setInt("dfs.namenode.fs-limits.min-block-size", BLOCK_BYTES);
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, arguments[0]);
    try (MiniDFSCluster cluster =
            new MiniDFSCluster.Builder(configuration)
                .numDataNodes(hosts.length)
                .hosts(hosts)
                .racks(Collections.nCopies(hosts.length, "/rack").toArray(String[]::new))
                .build();
        BufferedReader commands =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      cluster.waitActive();
      System.out.println(cluster.getURI());
      FileSystem files = cluster.getFileSystem();
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        String[] words = line.split(" ");
        Path path = new Path(words[2]);
        if (words[0].equals("put")) {
          files.copyFromLocalFile(new Path(words[1]), path);
        } else {
          files.setPermission(path, new FsPermission(words[1]));
        }
        System.out.println(line);
      }
    }
  }
}
