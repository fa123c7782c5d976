//! Which kinds keep data in the cluster, and how hard that data is to move.

use super::object::Object;
use crate::yaml::Node;

/// How hard it is to move what an object keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// One writer owns the data: it is either stopped or copied while it changes.
    SingleWriter,
    /// A replicated log or queue: two clusters never hold the same messages.
    Queue,
    /// Can be filled again from elsewhere; losing it costs time.
    Rebuildable,
    /// A name and an order, no data.
    IdentityOnly,
}

impl Grade {
    /// The grade of an object; nothing if its kind is not known to keep anything.
    pub fn of(object: Object<'_>) -> Option<Self> {
        if object.is("apps", "StatefulSet") || object.is("apps.kruise.io", "StatefulSet") {
            return Some(Self::of_stateful_set(object));
        }
        let known = KINDS
            .iter()
            .find(|(group, kind, _)| group_matches(object.group(), group) && object.kind() == *kind);
        known.map(|(_, _, grade)| *grade)
    }

    fn of_stateful_set(object: Object<'_>) -> Self {
        let claims = object.at(&["spec", "volumeClaimTemplates"]);
        if claims.is_some_and(|claims| !claims.is_empty()) { Self::SingleWriter } else { Self::IdentityOnly }
    }

    /// Whether the only copy may be inside the cluster.
    pub fn is_data(self) -> bool {
        matches!(self, Self::SingleWriter | Self::Queue)
    }
}

/// The claims a pod mounts, each at its `claimName`.
pub fn mounted_claims(pod_spec: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let volumes = pod_spec.get("volumes").into_iter().flat_map(Node::items);
    volumes.filter_map(|volume| volume.at(&["persistentVolumeClaim", "claimName"]))
}

/// `*` in front stands for any group that ends so.
fn group_matches(group: &str, pattern: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(domain) => group.ends_with(domain),
        None => group == pattern,
    }
}

/// Source: the CustomResourceDefinitions of each operator, read in November 2026.
const KINDS: &[(&str, &str, Grade)] = &[
    ("postgresql.cnpg.io", "Cluster", Grade::SingleWriter),
    ("acid.zalan.do", "postgresql", Grade::SingleWriter),
    ("postgres-operator.crunchydata.com", "PostgresCluster", Grade::SingleWriter),
    ("stackgres.io", "SGCluster", Grade::SingleWriter),
    ("pxc.percona.com", "PerconaXtraDBCluster", Grade::SingleWriter),
    ("ps.percona.com", "PerconaServerMySQL", Grade::SingleWriter),
    ("pgv2.percona.com", "PerconaPGCluster", Grade::SingleWriter),
    ("psmdb.percona.com", "PerconaServerMongoDB", Grade::SingleWriter),
    ("moco.cybozu.com", "MySQLCluster", Grade::SingleWriter),
    ("mysql.oracle.com", "InnoDBCluster", Grade::SingleWriter),
    ("mysql.presslabs.org", "MysqlCluster", Grade::SingleWriter),
    ("k8s.mariadb.com", "MariaDB", Grade::SingleWriter),
    ("mongodbcommunity.mongodb.com", "MongoDBCommunity", Grade::SingleWriter),
    ("mongodb.com", "MongoDB", Grade::SingleWriter),
    ("cassandra.datastax.com", "CassandraDatacenter", Grade::SingleWriter),
    ("k8ssandra.io", "K8ssandraCluster", Grade::SingleWriter),
    ("scylla.scylladb.com", "ScyllaCluster", Grade::SingleWriter),
    ("crdb.cockroachlabs.com", "CrdbCluster", Grade::SingleWriter),
    ("clickhouse.altinity.com", "ClickHouseInstallation", Grade::SingleWriter),
    ("etcd.database.coreos.com", "EtcdCluster", Grade::SingleWriter),
    ("operator.etcd.io", "EtcdCluster", Grade::SingleWriter),
    ("vault.banzaicloud.com", "Vault", Grade::SingleWriter),
    ("minio.min.io", "Tenant", Grade::SingleWriter),
    ("ceph.rook.io", "CephCluster", Grade::SingleWriter),
    ("ceph.rook.io", "CephBlockPool", Grade::SingleWriter),
    ("ceph.rook.io", "CephObjectStore", Grade::SingleWriter),
    ("ceph.rook.io", "CephFilesystem", Grade::SingleWriter),
    ("ocs.openshift.io", "StorageCluster", Grade::SingleWriter),
    ("kafka.strimzi.io", "Kafka", Grade::Queue),
    ("rabbitmq.com", "RabbitmqCluster", Grade::Queue),
    ("zookeeper.pravega.io", "ZookeeperCluster", Grade::Queue),
    ("pulsar.streamnative.io", "PulsarBroker", Grade::Queue),
    ("jetstream.nats.io", "Stream", Grade::Queue),
    ("elasticsearch.k8s.elastic.co", "Elasticsearch", Grade::Rebuildable),
    ("opensearch.opster.io", "OpenSearchCluster", Grade::Rebuildable),
    ("databases.spotahome.com", "RedisFailover", Grade::Rebuildable),
    ("*redis.opstreelabs.in", "Redis", Grade::Rebuildable),
    ("*redis.opstreelabs.in", "RedisCluster", Grade::Rebuildable),
    ("monitoring.coreos.com", "Prometheus", Grade::Rebuildable),
    ("monitoring.coreos.com", "Alertmanager", Grade::Rebuildable),
    ("monitoring.coreos.com", "ThanosRuler", Grade::Rebuildable),
    ("operator.victoriametrics.com", "VMSingle", Grade::Rebuildable),
    ("operator.victoriametrics.com", "VMCluster", Grade::Rebuildable),
    ("operator.victoriametrics.com", "VMAlertmanager", Grade::Rebuildable),
    ("loki.grafana.com", "LokiStack", Grade::Rebuildable),
    ("tempo.grafana.com", "TempoStack", Grade::Rebuildable),
];
