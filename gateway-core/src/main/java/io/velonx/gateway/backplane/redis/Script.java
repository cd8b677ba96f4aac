package io.velonx.gateway.backplane.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.redisson.api.RScript.ReturnType;

/** The Lua scripts, each in a file of its own that says what it takes and returns. */
enum Script {
  JOIN("join.lua", ReturnType.LIST),
  LEAVE("leave.lua", ReturnType.LIST),
  REAP("reap.lua", ReturnType.LIST),
  MEMBERS("members.lua", ReturnType.LIST),
  DESCRIBE("describe.lua", ReturnType.LIST),
  LEASE("lease.lua", ReturnType.LIST),
  ROUTE("route.lua", ReturnType.LONG),
  APPEND("append.lua", ReturnType.LIST),
  READ("read.lua", ReturnType.LIST),
  MARK("mark.lua", ReturnType.LIST),
  ADMIT("admit.lua", ReturnType.LONG),
  CHARGE("charge.lua", ReturnType.LONG),
  REVOKE("revoke.lua", ReturnType.LONG),
  REVOKED("revoked.lua", ReturnType.LIST),
  BLOCK("block.lua", ReturnType.LONG),
  BLOCKED("blocked.lua", ReturnType.LIST),
  BLOCKING("blocking.lua", ReturnType.LONG),
  START_TYPING("start-typing.lua", ReturnType.LONG),
  STOP_TYPING("stop-typing.lua", ReturnType.LONG);

  private final String source;
  private final String digest;
  private final ReturnType returnType;

  Script(String file, ReturnType returnType) {
    byte[] octets = read(file);
    this.source = new String(octets, StandardCharsets.UTF_8);
    this.digest = sha1(octets);
    this.returnType = returnType;
  }

  String source() {
    return source;
  }

  /** The name Redis knows it by. */
  String digest() {
    return digest;
  }

  ReturnType returnType() {
    return returnType;
  }

  private static byte[] read(String file) {
    try (InputStream in = Script.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("missing resource: " + file);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha1(byte[] octets) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(octets));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
