package io.shardsum.source.sums;

import java.lang.reflect.InvocationTargetException;

/** Opens devices by the name of their class, so that cuDF is loaded only where it is needed. */
public final class Devices {

  /** The setting of Spark that names another class than {@link #CUDF}: for tests. */
  public static final String SETTING = "shardsum.device";

  /** GPUs under the RAPIDS Accelerator. */
  public static final String CUDF = "io.shardsum.gpu.CudfDevice";

  private Devices() {}

  /**
   * Opens the device of the task that this thread runs.
   *
   * @param className of a {@link Device} with a public constructor without arguments
   * @throws DeviceException if there is none; whoever asked for a GPU is not given a CPU
   */
  public static Device open(String className) {
    try {
      return Class.forName(className, true, Thread.currentThread().getContextClassLoader())
          .asSubclass(Device.class)
          .getConstructor()
          .newInstance();
    } catch (ClassNotFoundException e) {
      throw new DeviceException(
          "Cannot hash on a GPU: expected a jar built with mvn -Pgpu package, found one without "
              + className,
          e);
    } catch (NoClassDefFoundError e) {
      throw new DeviceException(
          "Cannot hash on a GPU: expected the jar of the RAPIDS Accelerator on the class path of"
              + " executors, found no class "
              + e.getMessage(),
          e);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new DeviceException("Cannot hash on a GPU: " + e.getCause(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("A device has a constructor without arguments", e);
    }
  }
}
