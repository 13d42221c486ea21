"""The reporter's page: progress and rating, by the token he was given."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.deps import TxDep, public
from gisgov.orders import service as orders
from gisgov.orders.model import Inputs, Track

router = APIRouter(prefix="/api/track", tags=["reports"])


class RatingBody(BaseModel):
    """A score from 1 (bad) to 5 (good), and words."""

    score: int = Field(ge=1, le=5)
    text: str = Field("", max_length=2_000)


@router.get("/{token}", dependencies=[public("whoever holds the token reported the order")])
def track(token: str, tx: TxDep) -> Track:
    """Where one's own report stands."""
    return orders.track(tx, token)


@router.post("/{token}/rate", dependencies=[public("whoever holds the token reported the order")])
def rate(token: str, body: RatingBody, tx: TxDep) -> Track:
    """Rate a closed order once, and follow up once."""
    found = orders.track(tx, token)
    orders.act(tx, found.no, "rate", Inputs(score=body.score, text=body.text, token=token))
    return orders.track(tx, token)
