package io.shardsum.gpu;

import io.shardsum.source.sums.Device;
import io.shardsum.source.sums.DeviceException;
import io.shardsum.source.sums.TileTable;
import java.util.Map;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets cuDF compile the kernel on each executor while Spark starts, behind the RAPIDS Accelerator
 * in {@code spark.plugins}: the first tasks need not wait for it. Without this, they do.
 */
public final class GpuWarmUp implements SparkPlugin {

  private static final Logger LOG = LoggerFactory.getLogger(GpuWarmUp.class);

  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      @Override
      public void init(PluginContext context, Map<String, String> extraConf) {
        Thread thread = new Thread(GpuWarmUp::run, "gpu-warm-up");
        thread.setDaemon(true);
        thread.start();
      }
    };
  }

  private static void run() {
    try (Device device = new CudfDevice()) {
      Device.HostBuffer onHost = device.hostBuffer(TileTable.TILE_BYTES);
      Device.DeviceBuffer onDevice = device.deviceBuffer(TileTable.TILE_BYTES);
      new TileTable(onHost.bytes()).add(onDevice.address(), 0, 0);
      device.copyToDevice(onHost, TileTable.TILE_BYTES, onDevice, 0).await();
      device.sumTiles(onDevice, 1, onHost).await();
    } catch (DeviceException e) {
      LOG.info("{}; the first task says so, too", e.getMessage());
    }
  }
}
