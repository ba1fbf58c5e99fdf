"""Tomcat with its SpnegoAuthenticator, which leaves the ticket to Java's own Kerberos."""

import os
import shutil
import sys

from .log import Log
from .process import Process, need_file, need_program, run
from .source import SOURCE_DIRECTORY
from .wait import can_connect, free_port, wait_until

HOME = "/usr/share/tomcat10"
KEEPER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "keeper.py")
SNIPPETS = os.path.join(SOURCE_DIRECTORY, "packaging", "snippets")

SERVER_XML = """\
<Server port="-1">
 <Service name="Catalina">
  <Connector port="{port}" address="127.0.0.1" protocol="HTTP/1.1" maxHttpHeaderSize="65536"
             maxThreads="4" minSpareThreads="1"/>
  <Engine name="Catalina" defaultHost="localhost">
   <Realm className="org.apache.catalina.realm.AuthenticatedUserRealm"/>
   <Host name="localhost" appBase="webapps" autoDeploy="false">
    <Valve className="org.apache.catalina.valves.AccessLogValve" directory="logs" prefix="access"
           suffix=".log" rotatable="false" buffered="false" pattern="combined"/>
{valves}
   </Host>
  </Engine>
 </Service>
</Server>
"""

# Nothing is looked for in jars: that would be most of the time it takes to start.
CONTEXT_XML = """\
<Context><JarScanner scanClassPath="false" scanManifest="false"/></Context>
"""

# The default servlet alone.
CONF_WEB_XML = """\
<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="5.0" metadata-complete="true">
 <servlet><servlet-name>default</servlet-name>
  <servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class></servlet>
 <servlet-mapping><servlet-name>default</servlet-name><url-pattern>/</url-pattern></servlet-mapping>
 <welcome-file-list><welcome-file>index.html</welcome-file></welcome-file-list>
</web-app>
"""

APPLICATION_WEB_XML = """\
<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="5.0" metadata-complete="true">
 <security-constraint>
  <web-resource-collection><web-resource-name>all</web-resource-name>
   <url-pattern>/*</url-pattern></web-resource-collection>
  <auth-constraint><role-name>**</role-name></auth-constraint>
 </security-constraint>
 <login-config><auth-method>SPNEGO</auth-method></login-config>
</web-app>
"""

JAAS_CONF = """\
com.sun.security.jgss.krb5.accept {{
  com.sun.security.auth.module.Krb5LoginModule required doNotPrompt=true useKeyTab=true
  keyTab="{keytab}" principal="{realm.service_principal}" storeKey=true
  isInitiator={is_initiator};
}};
"""

LOGGING_PROPERTIES = """\
handlers = org.apache.juli.FileHandler
.handlers = org.apache.juli.FileHandler
.level = INFO
org.apache.juli.FileHandler.level = FINE
org.apache.juli.FileHandler.directory = ${catalina.base}/logs
org.apache.juli.FileHandler.prefix = catalina
org.apache.juli.FileHandler.suffix = .log
org.apache.juli.FileHandler.rotatable = false
org.apache.catalina.authenticator.SpnegoAuthenticator.level = FINE
"""

JAVA_OPTIONS = ["-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"]


class Tomcat:
    """/private/ asks for Negotiate, /public/ for nothing.

    Java keeps a keytab's keys until the file's time changes, and what krb5.conf said for ever: both
    are stale where `realm.add_keys(keytab, keep_time=True)` or write_krb5_config() came after the
    start, and only restart() helps. `krb5_config` is Tomcat's own copy of the realm's. The logs are
    `combined_log`, `authmedic_log` (the format of packaging/snippets) and `catalina_log`.

    A keeper stands in for the init system: `restart_command` has it start the worker anew.
    """

    def __init__(self, directory, realm, keytab, is_initiator=False):
        self.directory = directory
        self.realm = realm
        self.keytab = keytab
        self.is_initiator = str(is_initiator).lower()
        self.port = free_port()
        self.pid_file = os.path.join(directory, "temp", "tomcat.pid")
        self.krb5_config = os.path.join(directory, "conf", "krb5.conf")
        self.combined_log = Log(os.path.join(directory, "logs", "access.log"))
        self.authmedic_log = Log(os.path.join(directory, "logs", "authmedic.log"))
        self.catalina_log = Log(os.path.join(directory, "logs", "catalina.log"))
        self.url = f"http://localhost:{self.port}/private/"
        self.public_url = f"http://localhost:{self.port}/public/"
        self._keeper = None
        need_program("java", "default-jre-headless")
        self._program = need_file(f"{HOME}/bin/catalina.sh", "tomcat10")
        self._write_files()

    def _write(self, name, text):
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as output:
            output.write(text)

    def _write_files(self):
        with open(f"{SNIPPETS}/tomcat-authmedic.xml", encoding="utf-8") as snippet:
            valves = snippet.read()
        self._write("conf/server.xml", SERVER_XML.format(port=self.port, valves=valves))
        self._write("conf/context.xml", CONTEXT_XML)
        self._write("conf/web.xml", CONF_WEB_XML)
        self._write("conf/jaas.conf", JAAS_CONF.format(**vars(self)))
        self._write("conf/logging.properties", LOGGING_PROPERTIES)
        for page in ("private", "public"):
            self._write(f"webapps/{page}/index.html", f"{page} page\n")
        self._write("webapps/private/WEB-INF/web.xml", APPLICATION_WEB_XML)
        self.write_krb5_config()
        for folder in ("conf/Catalina/localhost", "logs", "temp", "work"):
            os.makedirs(os.path.join(self.directory, folder), exist_ok=True)
            if os.geteuid() == 0:
                shutil.chown(os.path.join(self.directory, folder), "tomcat", "tomcat")
        shutil.copy(f"{SNIPPETS}/tomcat-authmedic-rewrite.config",
                    os.path.join(self.directory, "conf/Catalina/localhost/rewrite.config"))

    def write_krb5_config(self, *settings):
        """Write its krb5.conf anew: the realm's, with these lines added to [libdefaults]."""
        with open(self.realm.krb5_config, encoding="ascii") as config:
            head = "[libdefaults]\n"
            text = config.read().replace(head, head + "".join(f"  {line}\n" for line in settings))
        self._write("conf/krb5.conf", text)

    def _settings(self):
        options = [*JAVA_OPTIONS, f"-Djava.security.krb5.conf={self.krb5_config}",
                   f"-Djava.security.auth.login.config={self.directory}/conf/jaas.conf",
                   "-Djavax.security.auth.useSubjectCredsOnly=false"]
        return {"CATALINA_HOME": HOME, "CATALINA_BASE": self.directory, "CATALINA_OPTS": " ".join(options)}

    def _user(self):
        """What a command begins with, so that it does not run as root."""
        if os.geteuid() != 0:
            return []
        return [need_program("setpriv", "util-linux"), "--reuid=tomcat", "--regid=tomcat", "--init-groups"]

    @property
    def start_command(self):
        """The command line that starts it without a keeper, where none runs. Whoever does that ends it."""
        settings = {**self._settings(), "CATALINA_PID": self.pid_file}
        return ["/usr/bin/env", *(f"{name}={value}" for name, value in settings.items()), *self._user(), self._program,
                "start"]

    @property
    def pid(self):
        """The JVM, as in the pid file."""
        with open(self.pid_file, encoding="ascii") as pid_file:
            return int(pid_file.read())

    @property
    def restart_command(self):
        """The command line that has the JVM started anew; it does not wait for it."""
        return [need_program("kill", "procps"), "-HUP", str(self._keeper.pid)]

    def _serves(self, log_start):
        return (can_connect(self.port)
                and self.catalina_log.matching("Server startup in", log_start))

    def start(self):
        """Start it and wait until it serves; self."""
        assert self._keeper is None
        log_start = self.catalina_log.size()
        self._keeper = Process([sys.executable, "-B", KEEPER, self.pid_file, *self._user(),
                                # It executes java, which so keeps its process id.
                                self._program, "run"],
                               os.path.join(self.directory, "tomcat.out"),
                               self.realm.environment(**self._settings()))
        self._keeper.wait_ready(lambda: self._serves(log_start), 60, "Tomcat serves")
        return self

    def restart(self):
        """Start the JVM anew and wait until the new one serves."""
        old, log_start = self.pid, self.catalina_log.size()
        run(self.restart_command)
        self.wait_restarted(old, log_start)

    def wait_restarted(self, old_pid, log_start, deadline_s=60):
        """Wait until another JVM serves than this one; `log_start` is where catalina_log ended."""
        wait_until(lambda: self._serves(log_start) and self.pid != old_pid, deadline_s,
                   "a new Tomcat serves")

    def stop(self):
        """Stop it, where it runs."""
        if self._keeper is not None:
            self._keeper.kill()  # its own shutdown takes a second, and nothing of it is kept
            self._keeper = None
