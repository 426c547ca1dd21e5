/** VietQR as another program reads it: `vietnam-qr-pay`, whose authors know nothing of ours. */
import { QRPay } from "vietnam-qr-pay";
import type { Transfer } from "../../pwa/src/core/vietqr.ts";

/** What that program reads; null where it says that the text is not valid. */
export function readByOther(text: string): Transfer | null {
  const found = new QRPay(text);
  if (!found.isValid) return null;
  const { amount, consumer, additionalData, initMethod } = found;
  return {
    bin: consumer.bankBin ?? "",
    number: consumer.bankNumber ?? "",
    amount: amount === undefined || amount === "" ? null : Number(amount),
    bill: additionalData.billNumber ?? "",
    purpose: additionalData.purpose ?? "",
    isCard: found.provider.service === "QRIBFTTC",
    isOnce: initMethod === "12",
  };
}
