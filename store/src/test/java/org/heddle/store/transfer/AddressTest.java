package org.heddle.store.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.heddle.store.StoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressTest {
  @Test
  void anIndexIsTheLastPart() throws StoreException {
    Address.Named http = Address.parseNamed("http://10.0.0.1:8800/debian-12");
    assertThat(http.store().text()).isEqualTo("http://10.0.0.1:8800");
    assertThat(http.index()).isEqualTo("debian-12");
    Address.Named ssh = Address.parseNamed("ssh://me@host/srv/store/debian-12");
    assertThat(ssh.store()).isEqualTo(new Address.Shell("me@host", "/srv/store"));
  }

  @Test
  void aTildeIsTheHomeFolder() throws StoreException {
    Address home = Address.parse("ssh://host/~/my store".replace(" ", "%20"));
    assertThat(home).isEqualTo(new Address.Shell("host", "my store"));
    assertThat(home.text()).isEqualTo("ssh://host/~/my store");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "http://",
        "/srv/store",
        "ftp://host/x",
        "ssh://host",
        "ssh://-oProxyCommand=x/dir",
        "ssh://host/~/-x",
        "ssh://a b/dir",
        "ssh://host:22/dir",
        "http://user:password@host/",
        "http://host/?x=1"
      })
  void whatIsNoAddressIsRefused(String text) {
    assertThatThrownBy(() -> Address.parse(text))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("is no address of a store");
  }
}
