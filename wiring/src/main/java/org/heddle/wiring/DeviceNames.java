package org.heddle.wiring;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.heddle.model.MachineId;

/**
 * Names of the devices of vjobs' networks: from the VNI and the machine alone, and at most the 15
 * characters that Linux allows.
 */
final class DeviceNames {
  private static final int TAP_DIGITS = 12;
  private static final Pattern TAP = Pattern.compile("tp[0-9a-f]{" + TAP_DIGITS + "}");
  private static final Pattern BRIDGE = Pattern.compile("vb[0-9]{1,8}");
  private static final Pattern TUNNEL = Pattern.compile("vx[0-9]{1,8}");

  private DeviceNames() {}

  static String bridge(int vni) {
    return "vb" + vni;
  }

  static String tunnel(int vni) {
    return "vx" + vni;
  }

  static String bridgeOfTunnel(String tunnel) {
    return "vb" + tunnel.substring(2);
  }

  /** 48 bits of a digest: two of a thousand machines share them once in 500 million grids. */
  static String tap(MachineId machine) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(machine.toString().getBytes(StandardCharsets.UTF_8));
      return "tp" + HexFormat.of().formatHex(digest).substring(0, TAP_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static boolean isTap(String name) {
    return TAP.matcher(name).matches();
  }

  static boolean isBridge(String name) {
    return BRIDGE.matcher(name).matches();
  }

  static boolean isTunnel(String name) {
    return TUNNEL.matcher(name).matches();
  }
}
