"""What balancers and monitors ask."""

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_by_get_and_by_head(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")


def test_figures_name_the_route_and_not_the_address(client: TestClient) -> None:
    client.get("/api/orders/20261120-0001")
    figures = client.get("/metrics").text
    assert 'route="/api/orders/{no}",status="401"' in figures
    assert "20261120-0001" not in figures
